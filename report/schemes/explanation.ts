import {
  type Action,
  checkKdamond,
  type Context,
  explainScheme,
  type FindingSeverity,
  type Kdamond,
  lintSchemes,
  type Scheme,
  type SchemeFacts,
} from "../../damon/mod.ts";
import { wrap } from "../text/mod.ts";

/** Where something stands in a file; lines and columns from 1. */
export interface TextPlace {
  /** Name of the file. */
  source: string;
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
}

/** Where a scheme stands, and its parts by the names that `lintSchemes` has for them. */
export interface PlacedScheme {
  /** The scheme. */
  place: TextPlace;
  /** Its parts. */
  fields: ReadonlyMap<string, TextPlace>;
}

/** What is to be known of a scheme before it acts. */
export interface SchemeExplanation {
  /** Index of its kdamond. */
  kdamond: number;
  /** Index of its context. */
  context: number;
  /** Its index in its context. */
  scheme: number;
  /** What it does. */
  action: Action;
  /** Where it stands; absent where it is out of no file. */
  place?: TextPlace;
  /** What it would do. */
  sentences: string[];
  /** What is the matter with it, the worst first. */
  findings: PlacedFinding[];
}

/** A finding of `lintSchemes` with its place. */
export interface PlacedFinding {
  /** How bad it is. */
  severity: FindingSeverity;
  /** Which part of the scheme. */
  field: string;
  /** Where that stands; absent where it is out of no file. */
  place?: TextPlace;
  /** What is the matter. */
  why: string;
  /** What to do about it. */
  hint: string;
}

/**
 * Explains all schemes of kdamonds, and looks for what is the matter with them.
 *
 * @param places Where they stand, in the order of kdamonds, contexts and schemes; none where they are out of no file.
 * @param factsOf What is known of the machine that a context is for.
 *
 * @example
 * ```ts
 * import { explainSchemes } from "./explanation.ts";
 * import { ANY_ACCESS_PATTERN, DEFAULT_INTERVALS, DEFAULT_NR_REGIONS } from "../../damon/mod.ts";
 * const context = {
 *   operations: "vaddr" as const, intervals: DEFAULT_INTERVALS, nrRegions: DEFAULT_NR_REGIONS, targets: [{ pid: 1, regions: [] }],
 *   schemes: [{ action: "stat" as const, accessPattern: ANY_ACCESS_PATTERN }],
 * };
 * explainSchemes([{ contexts: [context] }])[0].sentences[0];
 * // "Only counts all that is monitored, whether accessed or not, and changes nothing."
 * ```
 */
export function explainSchemes(
  kdamonds: readonly Kdamond[],
  places: readonly PlacedScheme[] = [],
  factsOf: (kdamond: number, context: number) => SchemeFacts = () => ({}),
): SchemeExplanation[] {
  let at = 0;
  return kdamonds.flatMap((kdamond, k) =>
    kdamond.contexts.flatMap((context, c) => {
      // Each context has facts of its own: it is looked at alone.
      const findings = lintSchemes({ ...kdamond, contexts: [context] }, factsOf(k, c));
      return (context.schemes ?? []).map((scheme, s): SchemeExplanation => {
        const placed = places[at++];
        const found = findings.filter((finding) => finding.scheme === s);
        const isBroken = found.some(({ severity }) => severity === "error");
        return {
          kdamond: k,
          context: c,
          scheme: s,
          action: scheme.action,
          ...(placed && { place: placed.place }),
          sentences: explainScheme(scheme, context),
          findings: [...isBroken ? [] : refusals(scheme, context), ...found].map(({ severity, field, why, hint }) => ({
            severity,
            field,
            ...(placed && { place: placed.fields.get(field) ?? placed.place }),
            why,
            hint,
          })),
        };
      });
    })
  );
}

/** What no kernel takes, as a finding like the others. */
function refusals(scheme: Scheme, context: Context): Omit<PlacedFinding, "place">[] {
  // Whose memory it is does not matter, and a record may not say it.
  const pid = context.operations === "paddr" ? {} : { pid: 1 };
  const targets = [{ ...pid, regions: [{ start: 0, end: 2 ** 32 }] }];
  try {
    checkKdamond({ contexts: [{ ...context, targets, schemes: [scheme] }] });
    return [];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return [{ severity: "error", field: "scheme", why: `no kernel takes it: ${error.message}`, hint: "correct it" }];
  }
}

/** How explanations are written as text. */
export interface ExplanationTextOptions {
  /** Columns of the terminal. */
  width: number;
  /** With bold text, and colours of severities. */
  colour: boolean;
}

const COLOURS: Readonly<Record<FindingSeverity, string>> = { error: "31", warning: "33", note: "36" };

/** Explanations as text: of each scheme what it would do, then what is the matter, as compilers say it. Ends with a newline. */
export function formatExplanations(
  explanations: readonly SchemeExplanation[],
  { width, colour }: ExplanationTextOptions,
): string {
  const paint = (code: string, text: string) => colour ? `\x1b[${code}m${text}\x1b[0m` : text;
  const hasMany = explanations.some(({ kdamond, context }) => kdamond > 0 || context > 0);
  return explanations.map(({ kdamond, context, scheme, action, place, sentences, findings }) => {
    const owner = hasMany ? `kdamond ${kdamond}, context ${context}, ` : "";
    return [
      paint("1", `${owner}scheme ${scheme}: ${action}`) + (place ? ` (${placeText(place)})` : ""),
      ...sentences.flatMap((sentence) => indented(sentence, width)),
      ...findings.flatMap(({ severity, place, field, why, hint }) => {
        const where = place ? `${placeText(place)}: ` : "";
        const [first, ...more] = indented(`${where}${severity}: ${field}: ${why}; ${hint}`, width);
        return [first.replace(`${severity}:`, paint(COLOURS[severity], `${severity}:`)), ...more];
      }),
      "",
    ].join("\n");
  }).join("\n");
}

function indented(text: string, width: number): string[] {
  return wrap(text, Math.max(40, width) - 4).map((line, i) => (i === 0 ? "  " : "    ") + line);
}

const placeText = ({ source, line, column }: TextPlace) => `${source}:${line}:${column}`;
