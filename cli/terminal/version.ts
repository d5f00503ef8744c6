import denoJson from "../../deno.json" with { type: "json" };

/** This program's version. */
export const VERSION: string = denoJson.version;

/** Its name and version, as records keep them. */
export const TOOL = `damo ${VERSION}`;
