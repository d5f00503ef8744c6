import { KDAMONDS } from "./kdamonds_shape.ts";
import type { JsonSchema } from "./shape.ts";

/**
 * The JSON Schema (draft 7) of our YAML, made of the tables that read and write it. It says what each key means, for
 * editors; that numbers make sense together it does not say: `checkKdamond` does.
 *
 * @example
 * ```ts
 * import { kdamondsSchema } from "./kdamonds_schema.ts";
 * kdamondsSchema().required; // ["kdamonds"]
 * ```
 */
export function kdamondsSchema(): JsonSchema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Configuration of DAMON, as damo reads it",
    ...KDAMONDS.schema,
  };
}

/** Where the schema is that came with this program: a path, or an address where the program has one. */
export function schemaPlace(): string {
  const url = new URL("../../schema/kdamonds.schema.json", import.meta.url);
  return url.protocol === "file:" ? decodeURIComponent(url.pathname) : url.href;
}
