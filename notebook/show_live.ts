import { $display, type MimeBundle } from "./display.ts";
import type { Recording } from "./recording.ts";
import { RecordFile } from "./record_file.ts";

/** What Deno's Jupyter kernel has for us. */
interface Jupyter {
  display(bundle: MimeBundle, options: { raw: true; update?: boolean; display_id: string }): Promise<void>;
}

/**
 * Shows the heat map of a recording in a notebook's cell, and draws it anew while it grows, until it is complete. Outside
 * of a notebook it only waits.
 *
 * @param everyMs Time between two pictures, ms.
 * @returns The record, when it is complete.
 *
 * @example
 * ```ts ignore
 * await showLive(await startRecording(1234, { timeoutMs: 20_000 }));
 * ```
 */
export async function showLive(recording: Recording, everyMs = 2000): Promise<RecordFile> {
  const jupyter = jupyterHere();
  const soFar = new RecordFile(recording.path, recording.header);
  const display_id = crypto.randomUUID();
  let isShown = false;
  const show = async (record: RecordFile) => {
    if (!jupyter) return;
    const bundle = await record[$display]();
    await jupyter.display(bundle, { raw: true, display_id, ...(isShown && { update: true }) });
    isShown = true;
  };
  let isDone = false;
  const done = recording.done.finally(() => isDone = true);
  while (!isDone) {
    await Promise.race([done, new Promise((next) => setTimeout(next, everyMs))]);
    // Before the first snapshot is written there is nothing to draw.
    if (!isDone) await show(soFar).catch(() => {});
  }
  const record = await done;
  await show(record);
  return record;
}

/** Outside of a notebook asking for it is an error. */
function jupyterHere(): Jupyter | undefined {
  try {
    return (Deno as unknown as { jupyter: Jupyter }).jupyter;
  } catch {
    return undefined;
  }
}
