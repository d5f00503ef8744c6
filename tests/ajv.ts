// Likewise, for tests of what the JSON Schemas in schema/ take: see fast_check.ts.
export { Ajv } from "npm:ajv@8.20.0";
