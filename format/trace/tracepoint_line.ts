import type { TracepointField, TracepointValue } from "../../damon/events/mod.ts";
import type { AddressStyle } from "../header/mod.ts";
import { decimal, jsonInteger } from "../bytes/mod.ts";

/** What is known of an event besides its record. */
export interface TracepointEvent {
  /** Name of its tracepoint. */
  event: string;
  /** CLOCK_BOOTTIME, ns. */
  timeNs: number;
  /** Pid of the thread in which it happened. */
  kdamond: number;
  /** Name of that thread. */
  comm: string;
  /** Processor on which it happened. */
  cpu: number;
  /** The record, in its order. */
  fields: readonly (readonly [Pick<TracepointField, "name" | "type">, TracepointValue])[];
}

/** Fields of DAMON's tracepoints that hold addresses. */
const ADDRESSES = new Set(["start", "end"]);

/**
 * One event as a line of JSON, without its end. Field names are the tracepoint's. Numbers are exact: what a double does
 * not hold is text, but an address, which is an integer, or text in hex.
 *
 * @param addresses How addresses are written.
 */
export function formatTracepointEvent(event: TracepointEvent, addresses: AddressStyle = "integer"): string {
  const { timeNs, kdamond, comm, cpu, fields } = event;
  let text = `{"event":${JSON.stringify(event.event)},"time_ns":${decimal(timeNs)},"kdamond":${kdamond}` +
    `,"comm":${JSON.stringify(comm)},"cpu":${cpu}`;
  for (const [{ name }, value] of fields) text += `,${JSON.stringify(name)}:${valueText(name, value, addresses)}`;
  return text + "}";
}

function valueText(name: string, value: TracepointValue, addresses: AddressStyle): string {
  if (value === null || typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "bigint") return `[${value.map(jsonInteger).join(",")}]`;
  if (!ADDRESSES.has(name)) return jsonInteger(value);
  return addresses === "hex" ? `"0x${value.toString(16)}"` : String(value);
}

/** The line where events were lost: they had no room between the kernel and the reader. */
export function formatLostEvents(count: number, timeNs: number): string {
  return `{"event":"lost","time_ns":${decimal(timeNs)},"count":${decimal(count)}}`;
}
