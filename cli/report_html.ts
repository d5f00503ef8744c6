import type { OverviewCommandOptions } from "./overview.ts";
export async function reportHtml(_options: OverviewCommandOptions): Promise<void> {}
