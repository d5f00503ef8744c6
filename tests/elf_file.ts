/** A 64-bit ELF file with one segment of code at 0x1000 of the file, 0x401000 in memory, and these functions. */
export function elfOf(functions: readonly [name: string, start: number, size: number][], kind = 2): Uint8Array {
  const bytes = new Uint8Array(0x3000);
  const view = new DataView(bytes.buffer);
  const u64 = (at: number, value: number) => view.setBigUint64(at, BigInt(value), true);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  u64(32, 0x40);
  u64(40, 0x100);
  view.setUint16(56, 1, true);
  view.setUint16(60, 3, true);
  view.setUint32(0x40, 1, true);
  [[8, 0x1000], [16, 0x40_1000], [32, 0x1000]].forEach(([at, value]) => u64(0x40 + at, value));
  const names = new TextEncoder().encode("\0" + functions.map(([name]) => name + "\0").join(""));
  bytes.set(names, 0x2800);
  const section = (index: number, type: number, offset: number, size: number, link: number) => {
    view.setUint32(0x100 + 64 * index + 4, type, true);
    u64(0x100 + 64 * index + 24, offset);
    u64(0x100 + 64 * index + 32, size);
    view.setUint32(0x100 + 64 * index + 40, link, true);
  };
  section(1, kind, 0x2000, 24 * functions.length, 2);
  section(2, 3, 0x2800, names.length, 0);
  let at = 1;
  functions.forEach(([name, start, size], i) => {
    const row = 0x2000 + 24 * i;
    view.setUint32(row, at, true);
    bytes[row + 4] = 0x12;
    u64(row + 8, start);
    u64(row + 16, size);
    at += name.length + 1;
  });
  return bytes;
}
