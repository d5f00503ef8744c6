import type { MappingUse } from "./mappings.ts";

/** A mapping's name as tables and charts have it. */
export function useNameOf({ name }: Pick<MappingUse, "name">): string {
  return name === "" ? "(not named)" : name;
}
