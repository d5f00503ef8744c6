/**
 * Records as Arrow streams: damo's own format.
 *
 * @module
 */
export { decodeArrow } from "./read.ts";
export { ArrowEncoder } from "./write.ts";
