// How long `damo --help` takes next to an empty script, in pairs: whole processes, as a person waits for them.
const CHECKOUT = `${import.meta.dirname}/../..`;
const PAIRS = 15;

const empty = Deno.makeTempFileSync({ suffix: ".ts" });

function millisecondsOf(program: string, args: string[]): number {
  const begin = performance.now();
  const { success } = new Deno.Command(program, { args, stdout: "null", stderr: "null" }).outputSync();
  if (!success) throw new Error(`${program} ${args.join(" ")} failed`);
  return performance.now() - begin;
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const commands: Record<string, [string, string[]]> = {
  "an empty script": [Deno.execPath(), ["run", "--allow-all", empty]],
  "damo --help": [`${CHECKOUT}/damo`, ["--help"]],
  "damo record --help": [`${CHECKOUT}/damo`, ["record", "--help"]],
};
const times = Object.fromEntries(Object.keys(commands).map((name) => [name, [] as number[]]));
// The first round fills the caches and does not count.
for (let pair = -1; pair < PAIRS; pair++) {
  for (const [name, command] of Object.entries(commands)) {
    const ms = millisecondsOf(...command);
    if (pair >= 0) times[name].push(ms);
  }
}
Deno.removeSync(empty);

console.log(`start-up, median of ${PAIRS} whole processes in turn`);
for (const [name, all] of Object.entries(times)) {
  const more = all.map((ms, i) => ms - times["an empty script"][i]);
  console.log(
    `${name.padEnd(20)} ${median(all).toFixed(1).padStart(6)} ms  ${median(more).toFixed(1).padStart(6)} ms more`,
  );
}
