/** A Vega-Lite specification as plain data. */
export type VegaLiteLiteral = { $schema: string } & Record<string, unknown>;
