import type { Kdamond, RecordHeader, SchemeFacts } from "../../damon/mod.ts";
import { type SchemePlace, schemePlaces } from "../../format/config/mod.ts";
import { defaultRoots, readHost } from "../../kernel/machine/mod.ts";
import { monitoredBytesOf, schemeFactsOf } from "../../kernel/control/mod.ts";
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
  type Selection,
  tableRows,
} from "../../report/mod.ts";
import { fileTextOf } from "../damon/mod.ts";
import { colourOf, ExitCode } from "../terminal/mod.ts";
import {
  chartFormats,
  openInput,
  outputFormatOf,
  type ReportInput,
  requireSnapshots,
  writeOutput,
} from "../report/mod.ts";
import type { SchemesExplainOptions } from "./explain.ts";
import { contextsIn, headlineOf, wantedKdamonds } from "./explain_target.ts";

/** `damo schemes explain`. */
export async function schemesExplain(target: string | undefined, options: SchemesExplainOptions): Promise<void> {
  const roots = defaultRoots();
  const isRecord = target !== undefined && target !== "paddr" && !/^\d+$/.test(target);
  await using input = isRecord ? await openInput(target) : undefined;
  if (options.output !== undefined && !input) {
    throw new TypeError("Schemes are drawn on a record; name one, as damon.arrow");
  }
  const header = input && await headerOf(input);
  const kdamonds = await wantedKdamonds(roots, target, options, header);
  if (!kdamonds.some(({ contexts }) => contexts.some(({ schemes }) => schemes?.length))) {
    throw new TypeError(
      "There is no scheme to explain; name a file with -c FILE, or say it by --damos_action",
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
  // Of several kdamonds the first is meant: the others watch something else.
  const selection = header && header.kdamonds.length > 1 ? { kdamond: header.kdamonds[0].pid } : {};
  const replays = input ? await replaysOn(input, kdamonds, selection) : [];
  if (input && options.output !== undefined) await draw(options.output, input, kdamonds, selection);
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

/** Where the schemes stand; none where options say them, which have no lines. */
async function placesOf(options: SchemesExplainOptions): Promise<SchemePlace[]> {
  const [file] = options.kdamonds ?? options.schemes ?? [];
  if (file === undefined || options.damos_action !== undefined) return [];
  const { text, name } = await fileTextOf(file[0]);
  return await schemePlaces(text, name);
}

async function replaysOn(
  input: ReportInput,
  kdamonds: readonly Kdamond[],
  selection: Selection,
): Promise<SchemesReplayReport[]> {
  const replays: SchemesReplayReport[] = [];
  for (const context of contextsIn(kdamonds)) {
    const replay = await replaySchemes(input.open, context, selection);
    requireSnapshots(replay.survey, input.name);
    replays.push(replay);
  }
  return replays;
}

const HINT = "Wheel: zoom. Drag: move. Double click: the whole picture again.";

async function draw(
  output: string,
  input: ReportInput,
  kdamonds: readonly Kdamond[],
  selection: Selection,
): Promise<void> {
  const [context, ...more] = contextsIn(kdamonds);
  if (more.length > 0) {
    throw new RangeError(
      `The schemes of one context are drawn, and there are ${more.length + 1}; leave out the others`,
    );
  }
  const { picture } = await replayedPicture(input.open, context, selection);
  const formats = chartFormats(schemesPictureSpec, ({ title }) => title, HINT);
  await writeOutput(output, await outputFormatOf(output, formats)(picture));
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
