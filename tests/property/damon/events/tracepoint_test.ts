import assert from "assert";
import fc from "../../../fast_check.ts";
import { decodeTracepoint, parseTracepoint } from "../../../../damon/events/tracepoint.ts";
import { formatTracepointEvent } from "../../../../format/trace/tracepoint_line.ts";

const TYPES = [
  { type: "unsigned char", size: 1, signed: 0 },
  { type: "short", size: 2, signed: 1 },
  { type: "unsigned int", size: 4, signed: 0 },
  { type: "int", size: 4, signed: 1 },
  { type: "unsigned long", size: 8, signed: 0 },
  { type: "s64", size: 8, signed: 1 },
] as const;

/** Fields of any types, one after the other at the places that C gives them, with what they hold. */
const records = fc.array(fc.tuple(fc.constantFrom(...TYPES), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n })), {
  minLength: 1,
  maxLength: 12,
}).map((fields) => {
  const bytes = new DataView(new ArrayBuffer(8 + fields.length * 8));
  let at = 8;
  const lines = fields.map(([{ type, size, signed }, value], i) => {
    at = Math.ceil(at / size) * size;
    const wrapped = (signed ? BigInt.asIntN : BigInt.asUintN)(size * 8, value);
    for (let byte = 0; byte < size; byte++) bytes.setUint8(at + byte, Number((wrapped >> BigInt(byte * 8)) & 0xffn));
    const line = `\tfield:${type} f${i};\toffset:${at};\tsize:${size};\tsigned:${signed};`;
    at += size;
    return { line, value: wrapped, end: at };
  });
  return { format: `name: made_up\nID: 1\nformat:\n${lines.map(({ line }) => line).join("\n")}\n`, lines, bytes };
});

Deno.test("decodeTracepoint reads back any fields, and of a record that was cut those before the cut", () => {
  fc.assert(fc.property(records, fc.nat(), ({ format, lines, bytes }, cut) => {
    const tracepoint = parseTracepoint(format);
    const length = cut % (bytes.byteLength + 1);
    const values = decodeTracepoint(tracepoint, new DataView(bytes.buffer, 0, length)).map(([, value]) => value);
    assert.deepEqual(values, lines.map(({ value, end }) => end <= length ? value : null));
  }));
});

Deno.test("formatTracepointEvent makes JSON of any of them, each integer exact", () => {
  fc.assert(fc.property(records, fc.string(), ({ format, lines, bytes }, comm) => {
    const fields = decodeTracepoint(parseTracepoint(format), bytes);
    const line = formatTracepointEvent({ event: "made_up", timeNs: 5, kdamond: 1, comm, cpu: 0, fields });
    assert.ok(!line.includes("\n"));
    const read = JSON.parse(line);
    assert.equal(read.comm, comm);
    lines.forEach(({ value }, i) => assert.equal(BigInt(read[`f${i}`]), value));
  }));
});
