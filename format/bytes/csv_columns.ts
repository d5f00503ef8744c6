/** The columns of our CSV and Parquet tables of regions; those of Parquet have some more. */
export const CSV_COLUMNS = [
  "kdamond",
  "target_id",
  "start_ns",
  "end_ns",
  "sample_us",
  "aggr_us",
  "start",
  "end",
  "nr_accesses",
  "age",
  "scheme",
  "sz_filter_passed",
  "probe_hits",
  "resident_bytes",
  "used_bytes",
  "looks",
] as const;
