import { parseBytes, parseNs, parseUs } from "../../damon/model/mod.ts";
import { count, defineCommand, type OptionsOf, RECORD_FORMAT_OPTIONS } from "../options/mod.ts";

const seconds = (text: string) => text === "max" ? Infinity : parseNs(text, "s");

/** `damo cut`: a part of a record. */
export const CUT = defineCommand({
  name: "cut",
  summary: "Write part of a record: a time, addresses, a target, ...",
  arguments: {
    input: { kind: "file", help: "the record, of any format; - for stdin" },
    output: { kind: "file", help: "the file to write; the end of its name gives the format; - for stdout" },
  },
  options: {
    time_range: {
      value: "start end",
      words: 2,
      many: true,
      parse: seconds,
      help: "only this time of the record (bare numbers: seconds)",
    },
    address_range: {
      value: "start end",
      words: 2,
      many: true,
      parse: parseBytes,
      help: "only these addresses, 0x... or sizes; repeatable",
    },
    kdamond: { value: "pid", parse: count, help: "only this kdamond, by the number that damo info shows" },
    target: { value: "index", parse: count, help: "only this target of a kdamond" },
    snapshots: {
      value: "start end",
      words: 2,
      many: true,
      parse: count,
      help: "only these snapshots of each target, counted from 0; END is not included",
    },
    skip: { value: "count", parse: count, help: "leave out this many snapshots at the start of each target" },
    aggregate_interval: {
      value: "time",
      parse: parseUs,
      help: "add up snapshots until they cover this time (bare number: µs)",
    },
    ...RECORD_FORMAT_OPTIONS,
  },
  examples: [
    "damo cut damon.arrow part.arrow --time_range 10 20      from 10 s to 20 s",
    "damo cut damon.arrow heap.arrow --address_range 0x55d0c0000000 0x55d0d0000000",
    "damo cut damon.arrow slow.arrow --aggregate_interval 1s --skip 20",
  ],
});

/** The options of `cut`, as parsed. */
export type CutOptions = OptionsOf<typeof CUT>;

/** The Python damo's name for a part of it. */
export const ADJUST = defineCommand({
  name: "adjust",
  summary: "Make fewer, longer snapshots, as the Python damo's adjust.",
  options: {
    input: { short: "i", value: "file", kind: "file", default: "damon.data", help: "the record" },
    output: { short: "o", value: "file", kind: "file", default: "damon.adjusted.data", help: "the file to write" },
    output_type: { value: "format", help: "format of the output (default: by its name)" },
    aggregate_interval: {
      value: "time",
      parse: parseUs,
      help: "add up snapshots until they cover this time (bare number: µs)",
    },
    skip: { value: "count", parse: count, default: 20, help: "leave out this many snapshots at the start" },
  },
  examples: ["damo adjust --aggregate_interval 1s"],
});
