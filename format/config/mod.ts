/**
 * Files of kdamonds and schemes, as JSON and YAML, with their schemas.
 *
 * @module
 */
export { formatKdamondsYaml, type KdamondsFormat, parseKdamonds } from "./kdamonds.ts";
export { formatKdamondsJson } from "./kdamonds_json.ts";
export { kdamondsSchema } from "./kdamonds_schema.ts";
export { type SchemePlace, schemePlaces } from "./scheme_places.ts";
export { parseSchemes } from "./schemes.ts";
export type { JsonSchema, Plain } from "./shape.ts";
export type { Place } from "./text_node.ts";
