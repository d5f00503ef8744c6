import { agreementOf, disagreements } from "./agreement.ts";
import { postgresPath, postmasterOf, startPostgres } from "./databases.ts";
import { PROGRAMS } from "./programs.ts";
import { recordOf, SETTINGS } from "./recorded.ts";
import { pause } from "./started.ts";

const DEFAULT = SETTINGS.find(({ name }) => name === "default")!;

/** Prints what every report says of a record of node, and of one of postgres with its children; 1 where two differ. */
export async function agreements(seconds: number): Promise<number> {
  const node = PROGRAMS.find(({ name }) => name === "node")!.find();
  let failed = 0;
  if (node) {
    await using started = await node();
    await pause(2_000);
    failed += await agree("node", started.pid, [], seconds);
  } else console.log("node is not installed");
  if (postgresPath("postgres") && postgresPath("pgbench")) {
    await using started = await startPostgres(4);
    const children = ["--include_children"];
    failed += await agree("postgres with its children", postmasterOf(started.pid), children, seconds);
  } else console.log("postgres is not installed");
  return failed > 0 ? 1 : 0;
}

async function agree(name: string, pid: number, options: readonly string[], seconds: number) {
  const path = await Deno.makeTempFile({ suffix: ".arrow" });
  try {
    await recordOf(pid, { name, options: [...DEFAULT.options, ...options] }, seconds, path);
    const agreement = await agreementOf(path);
    const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(2)} MiB`;
    const { sets, residentBytes, atEnd } = agreement;
    console.log(`${name}: ${mib(residentBytes)} resident`);
    for (const [report, bytes] of Object.entries(sets)) {
      console.log(`  ${report.padEnd(22)} ${mib(bytes).padStart(11)}`);
    }
    console.log(
      `  at the end: ${mib(atEnd.accessed)} accessed and ${mib(atEnd.idle)} idle of ${mib(atEnd.resident[1])}`,
    );
    const lines = disagreements(agreement);
    for (const line of lines) console.log(`  FAIL ${line}`);
    return lines.length;
  } finally {
    await Deno.remove(path);
  }
}
