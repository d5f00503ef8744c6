import {
  ACTIONS,
  type Intervals,
  NO_QUOTAS,
  parseAccessRate,
  parseAge,
  parseBytes,
  parseCount,
  parseMs,
  parseUsOrMax,
  type Scheme,
  schemeWithoutDefaults,
} from "../../damon/mod.ts";
import { listOf } from "./shape.ts";
import { errorAt, type Place } from "./text_node.ts";

/** A word of a line, and where it stands. */
interface Word {
  text: string;
  place: Place;
}

const PATTERN = ["min-size", "max-size", "min-acc", "max-acc", "min-age", "max-age", "action"];
const SIZE_QUOTA = ["quota-size", "quota-interval"];
const WEIGHTS = ["weight-size", "weight-acc", "weight-age"];
const WATERMARKS = ["wmarks-metric", "wmarks-interval", "high", "mid", "low"];

/** The columns of each version, by their number. */
const COLUMNS = new Map([
  PATTERN,
  [...PATTERN, ...SIZE_QUOTA],
  [...PATTERN, ...SIZE_QUOTA, ...WEIGHTS],
  [...PATTERN, ...SIZE_QUOTA, ...WEIGHTS, ...WATERMARKS],
  [...PATTERN, "quota-time", ...SIZE_QUOTA, ...WEIGHTS, ...WATERMARKS],
].map((columns) => [columns.length, columns]));

/** Whether a text is schemes in columns, not JSON or YAML: each line that says something has many words, the 7th an action. */
export function isSchemesText(text: string): boolean {
  const [first] = linesOf(text, "");
  return first !== undefined && first.length >= 7 && /^\w+$/.test(first[6].text) && !/[{[:]/.test(first[0].text);
}

/**
 * Schemes in columns, one a line, as the kernel's getting-started guide has them: `4K max 0 0 60s max pageout`. After the
 * 7 columns of the guide there can be a quota (9 columns), weights (12), watermarks (17), and a quota of time (18). Access
 * rates are in percent, bare ages in µs, intervals of quotas in ms, weights and watermarks in parts of 1000. What follows
 * `#` is a comment.
 *
 * @param source Name of the file, for messages.
 * @param intervals Of the context that they are for.
 * @throws {SyntaxError} naming file, line and column.
 */
export function parseSchemesText(text: string, source: string, intervals: Intervals): Scheme[] {
  return linesOf(text, source).map((words) => schemeOf(words, intervals));
}

/** Where the columns of each scheme stand, by the names that {@linkcode parseSchemesText} has for them in messages. */
export function columnPlaces(text: string, source: string): [column: string, place: Place][][] {
  return linesOf(text, source).map((words) =>
    words.map(({ place }, i) => [COLUMNS.get(words.length)?.[i] ?? String(i), place])
  );
}

function linesOf(text: string, source: string): Word[][] {
  return text.split("\n").map((line, i) =>
    [...line.replace(/#.*/, "").matchAll(/[^\s]+/g)].map(({ 0: word, index }) => ({
      text: word,
      place: { source, line: i + 1, column: index + 1 },
    }))
  ).filter((words) => words.length > 0);
}

function schemeOf(words: readonly Word[], { sampleUs, aggrUs }: Intervals): Scheme {
  const columns = COLUMNS.get(words.length);
  if (!columns) {
    throw errorAt(
      words[0],
      `a scheme has ${listOf([...COLUMNS.keys()].map(String))} columns (${PATTERN.join(" ")} ...), not ${words.length}`,
    );
  }
  const has = (name: string) => columns.includes(name);
  const at = <T>(name: string, need: string, parse: (text: string) => T): T => {
    const { text, place } = words[columns.indexOf(name)];
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw errorAt({ place }, `${name} must be ${need}, not ${JSON.stringify(text)}`);
    }
  };
  const pair = <T>(name: string, need: string, parse: (text: string) => T) => ({
    min: at(`min-${name}`, need, parse),
    max: at(`max-${name}`, need, parse),
  });
  const most = Math.max(1, Math.floor(aggrUs / sampleUs));
  const rates = pair("acc", "percent, as 5 or 5%", (text) => parseAccessRate([text, text], most));
  const ages = pair("age", "a time, as 60s", (text) => parseAge([text, text], aggrUs));
  const size = (name: string) => at(name, "a size, as 4K", parseBytes);
  const permil = (name: string) => at(name, "a number, parts of 1000", parseCount);
  return schemeWithoutDefaults({
    action: at("action", listOf(ACTIONS), (text) => {
      const found = ACTIONS.find((action) => action === text.toLowerCase());
      if (found === undefined) throw new SyntaxError();
      return found;
    }),
    accessPattern: {
      szBytes: { min: size("min-size"), max: size("max-size") },
      nrAccesses: { min: rates.min.min, max: rates.max.max },
      age: { min: ages.min.min, max: ages.max.max },
    },
    ...(has("quota-size") && {
      quotas: {
        ...NO_QUOTAS,
        timeMs: has("quota-time") ? at("quota-time", "a time, as 10ms", parseMs) : 0,
        szBytes: size("quota-size"),
        resetIntervalMs: at("quota-interval", "a time, as 1s", parseMs),
        weights: has("weight-size")
          ? { szPermil: permil("weight-size"), nrAccessesPermil: permil("weight-acc"), agePermil: permil("weight-age") }
          : NO_QUOTAS.weights,
      },
    }),
    ...(has("wmarks-metric") && {
      watermarks: {
        metric: at("wmarks-metric", "none or free_mem_rate", (text) => {
          const metric = text.toLowerCase();
          if (metric !== "none" && metric !== "free_mem_rate") throw new SyntaxError();
          return metric;
        }),
        intervalUs: at("wmarks-interval", "a time, as 5s", parseUsOrMax),
        highPermil: permil("high"),
        midPermil: permil("mid"),
        lowPermil: permil("low"),
      },
    }),
  });
}
