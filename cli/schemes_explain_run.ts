import {
  ACTION_TRAITS,
  type Context,
  type Kdamond,
  type RecordHeader,
  type Scheme,
  type SchemeFacts,
} from "../damon/mod.ts";
import { type SchemePlace, schemePlaces } from "../format/scheme_places.ts";
import { requireProcess } from "../kernel/detect.ts";
import { readHost } from "../kernel/host.ts";
import { commOf } from "../kernel/process.ts";
import { defaultRoots, type Roots } from "../kernel/roots.ts";
import { monitoredBytesOf, schemeFactsOf } from "../kernel/scheme_facts.ts";
import {
  explainSchemes,
  formatExplanations,
  formatTable,
  replayedPicture,
  replaySchemes,
  type SchemeExplanation,
  schemesPictureSpec,
  type SchemesReplayReport,
  schemesReplayTable,
  tableRows,
} from "../report/mod.ts";
import { fileTextOf } from "./damon_files.ts";
import { askedKdamonds } from "./damon_options.ts";
import { ExitCode } from "./exit.ts";
import { chartFormats, outputFormatOf, writeOutput } from "./report_output.ts";
import { openInput, type ReportInput, requireSnapshots } from "./report_read.ts";
import type { SchemesExplainOptions } from "./schemes_explain.ts";
import { colourOf } from "./terminal_colour.ts";

/** Stands for the process that schemes without a target are explained for. */
const ANY_PID = 1;

/** `damo schemes explain`. */
export async function schemesExplain(target: string | undefined, options: SchemesExplainOptions): Promise<void> {
  const roots = defaultRoots();
  const isRecord = target !== undefined && target !== "paddr" && !/^\d+$/.test(target);
  await using input = isRecord ? await openInput(target) : undefined;
  if (options.output !== undefined && !input) {
    throw new TypeError("Cannot draw schemes as a record is needed to draw them on: name one, as damon.arrow");
  }
  const header = input && await headerOf(input);
  const kdamonds = await wantedKdamonds(roots, target, options, header);
  if (!kdamonds.some(({ contexts }) => contexts.some(({ schemes }) => schemes?.length))) {
    throw new TypeError(
      "Cannot explain schemes as there must be one: name a file with -c FILE, or say it by --damos_action",
    );
  }
  // What this machine has says nothing of another one.
  const isHere = header === undefined || (header.host.bootId !== "" && header.host.bootId === readHost(roots).bootId);
  const facts = isHere ? schemeFactsOf(roots, kdamonds) : {};
  const hasTarget = target !== undefined && !input;
  const explanations = explainSchemes(kdamonds, await placesOf(options), (k, c): SchemeFacts => {
    const bytes = hasTarget ? monitoredBytesOf(roots, kdamonds[k].contexts[c]) : undefined;
    return { ...facts, ...(bytes !== undefined && { monitoredBytes: bytes }) };
  });
  const replays = input ? await replaysOn(input, kdamonds) : [];
  if (input && options.output !== undefined) await draw(options.output, input, kdamonds);
  const headline = headlineOf(roots, target, kdamonds, header, isHere);
  const text = options.format === "json"
    ? jsonOf(headline, kdamonds, explanations, replays)
    : textOf(headline, explanations, replays, options);
  await writeOutput("-", text);
  const isBroken = explanations.some(({ findings }) => findings.some(({ severity }) => severity === "error"));
  if (isBroken) throw new ExitCode(1);
}

async function headerOf(input: ReportInput): Promise<RecordHeader> {
  await using record = await input.open();
  return record.header;
}

/** The kdamonds that are meant: of a record, with the schemes that are named in place of its own. */
async function wantedKdamonds(
  roots: Roots,
  target: string | undefined,
  options: SchemesExplainOptions,
  header: RecordHeader | undefined,
): Promise<Kdamond[]> {
  if (options.kdamonds !== undefined) return await askedKdamonds(roots, options, {});
  if (header) {
    const [base = { contexts: [] }] = header.kdamonds;
    const { contexts } = base.contexts.length > 0
      ? base
      : (await askedKdamonds(roots, {}, { target: { pid: ANY_PID } }))[0];
    return await askedKdamonds(roots, options, { base: [{ contexts }] });
  }
  if (target !== undefined && target !== "paddr") {
    requireProcess(roots, Number(target));
    return await askedKdamonds(roots, options, { target: { pid: Number(target) } });
  }
  if (options.target_pid !== undefined) return await askedKdamonds(roots, options, {});
  if (options.regions !== undefined || options.numa_node !== undefined) {
    return await askedKdamonds(roots, options, { target: "paddr" });
  }
  const kdamonds = await askedKdamonds(roots, options, { target: { pid: ANY_PID } });
  const schemes = kdamonds.flatMap(({ contexts }) => contexts.flatMap((context) => context.schemes ?? []));
  // For the memory that more of them can do something to.
  const able = (operations: Context["operations"]) => schemes.filter((scheme) => canDo(scheme, operations)).length;
  const isOfProcess = options.ops !== undefined || able("vaddr") >= able("paddr");
  if (target === undefined && isOfProcess) return kdamonds;
  return kdamonds.map(({ contexts, ...rest }) => ({
    ...rest,
    contexts: contexts.map((context): Context => ({ ...context, operations: "paddr", targets: [{ regions: [] }] })),
  }));
}

const canDo = ({ action }: Scheme, operations: Context["operations"]) =>
  ACTION_TRAITS[action].operations.includes(operations);

/** Where the schemes stand; none where options say them, which have no lines. */
async function placesOf(options: SchemesExplainOptions): Promise<SchemePlace[]> {
  const [file] = (options.kdamonds ?? options.schemes as string[][] | undefined ?? []) as string[][];
  if (file === undefined || options.damos_action !== undefined) return [];
  const { text, name } = await fileTextOf(file[0]);
  return await schemePlaces(text, name);
}

async function replaysOn(input: ReportInput, kdamonds: readonly Kdamond[]): Promise<SchemesReplayReport[]> {
  const replays: SchemesReplayReport[] = [];
  for (const context of contextsIn(kdamonds)) {
    const replay = await replaySchemes(input.open, context);
    requireSnapshots(replay.survey, input.name);
    replays.push(replay);
  }
  return replays;
}

const HINT = "Wheel: zoom. Drag: move. Double click: the whole picture again.";

async function draw(output: string, input: ReportInput, kdamonds: readonly Kdamond[]): Promise<void> {
  const [context, ...more] = contextsIn(kdamonds);
  if (more.length > 0) {
    throw new RangeError(
      `Cannot draw the schemes of ${more.length + 1} contexts as one is drawn: leave out the others`,
    );
  }
  const { picture } = await replayedPicture(input.open, context);
  const formats = chartFormats(schemesPictureSpec, ({ title }) => title, HINT);
  await writeOutput(output, await outputFormatOf(output, formats)(picture));
}

/** Those that have a scheme. */
function contextsIn(kdamonds: readonly Kdamond[]): Context[] {
  return kdamonds.flatMap(({ contexts }) => contexts.filter(({ schemes }) => schemes?.length));
}

/** What they are explained for: rates and times of a scheme mean something only there. */
function headlineOf(
  roots: Roots,
  target: string | undefined,
  kdamonds: readonly Kdamond[],
  header: RecordHeader | undefined,
  isHere: boolean,
): string {
  if (header) {
    return `For ${target}${
      isHere ? "" : " (of another machine, or of before its last boot: this one is not looked at)"
    }`;
  }
  const pids = [
    ...new Set(kdamonds.flatMap(({ contexts }) => contexts.flatMap(({ targets }) => targets.map(({ pid }) => pid)))),
  ];
  const names = pids.flatMap((pid) =>
    pid === undefined || pid === ANY_PID ? [] : [`process ${pid} (${commOf(roots, pid) ?? "not there"})`]
  );
  const operations = [...new Set(contextsIn(kdamonds).map((context) => context.operations))];
  const what = {
    vaddr: "the memory of a process",
    fvaddr: "parts of the memory of a process",
    paddr: "physical memory",
  };
  return `For ${
    names.length > 0 ? names.join(", ") : operations.map((each) => what[each]).join(" and ")
  }, on this machine`;
}

function textOf(
  headline: string,
  explanations: readonly SchemeExplanation[],
  replays: readonly SchemesReplayReport[],
  { width, color }: SchemesExplainOptions,
): string {
  const isTerminal = Deno.stdout.isTerminal();
  const options = {
    width: width ?? (isTerminal ? Deno.consoleSize().columns : 80),
    colour: colourOf(color, isTerminal, (name) => Deno.env.get(name)) !== "never",
  };
  return [
    `${headline}:\n`,
    formatExplanations(explanations, options),
    ...replays.map((replay) => formatTable(schemesReplayTable(replay), options)),
  ].join("\n");
}

function jsonOf(
  headline: string,
  kdamonds: readonly Kdamond[],
  explanations: readonly SchemeExplanation[],
  replays: readonly SchemesReplayReport[],
): string {
  const all = {
    about: headline,
    kdamonds,
    schemes: explanations,
    ...(replays.length > 0 && {
      replays: replays.map((replay) => {
        const table = schemesReplayTable(replay);
        return { title: table.title, caption: table.caption, schemes: [...tableRows(table)] };
      }),
    }),
  };
  return JSON.stringify(all, undefined, 2) + "\n";
}
