import denoJson from "../../deno.json" with { type: "json" };

/** This program's version. */
export const VERSION: string = denoJson.version;

/** Its name and version, as records keep them. */
export const TOOL = `damo ${VERSION}`;

/** The folder that this program is in, with `/` at its end: the lab, the workload and the set-up are there. */
export const CHECKOUT = decodeURIComponent(new URL("../..", import.meta.url).pathname);
