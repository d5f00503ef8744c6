/** A Vega-Lite specification: plain data that becomes JSON as it is. */
export type VegaLiteSpec = { $schema: string } & Record<string, unknown>;
