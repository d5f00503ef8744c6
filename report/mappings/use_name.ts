import type { MappingUse } from "./mapping_use.ts";

/** A mapping's name as tables and charts have it. */
export function useNameOf({ name }: Pick<MappingUse, "name">): string {
  return name === "" ? "(not named)" : name;
}
