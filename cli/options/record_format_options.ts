import { Option } from "@commander-js/extra-typings";

const FORMATS = ["arrow", "jsonl", "csv", "parquet", "json_compressed", "json", "perf_script"] as const;

/** `--format`, for every command that writes a record. */
export function formatOption() {
  return new Option("--format <name>", `${FORMATS.join(", ")} (default: by the output's name)`);
}

/** `--addresses`, likewise. */
export function addressesOption() {
  return new Option("--addresses <style>", "of JSON lines: integer, or hex as text").choices(["integer", "hex"])
    .default("integer" as const);
}
