/**
 * Text that comes from elsewhere, made safe to show.
 *
 * @module
 */
export { cleanLines, cleanText, decodeName } from "./clean_text.ts";
export { isEngineMessage } from "./engine_message.ts";
