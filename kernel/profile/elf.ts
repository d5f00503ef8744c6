/** Names of the functions in an ELF file, by where in the file their code is. */
export interface ElfFunctions {
  /** How many have names. */
  readonly length: number;
  /** The function at this offset in the file; `undefined` where none has a name. */
  nameAt(offset: number): string | undefined;
}

/** Reads `length` bytes of a file from `offset` on; fewer where it ends. */
export type ReadBytes = (offset: number, length: number) => Uint8Array;

/** Where symbols stand: a table of them, and the file that says at which addresses the code is. */
interface Section {
  type: number;
  link: number;
  offset: number;
  size: number;
  nameOffset: number;
}

interface Segment {
  offset: number;
  fileBytes: number;
  address: number;
}

interface Elf {
  read: ReadBytes;
  sections: Section[];
  segments: Segment[];
}

const [SHT_SYMTAB, SHT_NOTE, SHT_DYNSYM] = [2, 7, 11];
const PT_LOAD = 1;
const [STT_FUNC, STT_GNU_IFUNC] = [2, 10];
const NT_GNU_BUILD_ID = 3;
const SYMBOL_BYTES = 24;
/** No file has more, and a damaged one must not make us take up all memory. */
const [MOST_HEADERS, MOST_TABLE_BYTES] = [4096, 64 << 20];

/**
 * Reads the names of functions out of a 64-bit ELF file, by its whole table of symbols or, without one, by that of what
 * it exports.
 *
 * @param debugFile Opens the file of symbols that belongs to a build id, where there is one.
 * @returns `undefined` where it is no such file.
 * @see https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html
 */
export function readElf(
  read: ReadBytes,
  debugFile: (buildId: string) => ReadBytes | undefined,
): ElfFunctions | undefined {
  const elf = parse(read);
  if (!elf) return undefined;
  const own = elf.sections.find(({ type }) => type === SHT_SYMTAB);
  const buildId = own ? undefined : buildIdOf(elf);
  const other = buildId === undefined ? undefined : debugFile(buildId);
  const debug = other && parse(other);
  const table = debug?.sections.find(({ type }) => type === SHT_SYMTAB);
  if (debug && table) return functionsOf(debug, table, elf.segments);
  const found = own ?? elf.sections.find(({ type }) => type === SHT_DYNSYM);
  return found ? functionsOf(elf, found, elf.segments) : NONE;
}

const NONE: ElfFunctions = { length: 0, nameAt: () => undefined };

function parse(read: ReadBytes): Elf | undefined {
  const head = read(0, 64);
  // The letters, 64 bits, little-endian.
  if (head.length < 64 || head.subarray(0, 6).some((byte, i) => byte !== [0x7f, 0x45, 0x4c, 0x46, 2, 1][i])) {
    return undefined;
  }
  const view = viewOf(head);
  const [segmentsAt, sectionsAt] = [u64(view, 32), u64(view, 40)];
  const nrSegments = Math.min(view.getUint16(56, true), MOST_HEADERS);
  const nrSections = Math.min(view.getUint16(60, true), MOST_HEADERS);
  const segments = rowsOf(read(segmentsAt, nrSegments * 56), 56).filter((row) => row.getUint32(0, true) === PT_LOAD)
    .map((row): Segment => ({ offset: u64(row, 8), address: u64(row, 16), fileBytes: u64(row, 32) }));
  const sections = rowsOf(read(sectionsAt, nrSections * 64), 64).map((row): Section => ({
    nameOffset: row.getUint32(0, true),
    type: row.getUint32(4, true),
    offset: u64(row, 24),
    size: u64(row, 32),
    link: row.getUint32(40, true),
  }));
  return { read, sections, segments };
}

/** `ab12...`: what ties a stripped file to its symbols. */
function buildIdOf({ read, sections }: Elf): string | undefined {
  for (const { type, offset, size } of sections) {
    if (type !== SHT_NOTE || size < 16 || size > 4096) continue;
    const bytes = read(offset, size);
    const view = viewOf(bytes);
    for (let at = 0; at + 16 <= bytes.length;) {
      const [nameBytes, bodyBytes, kind] = [0, 4, 8].map((more) => view.getUint32(at + more, true));
      const body = at + 12 + (nameBytes + 3 & ~3);
      if (kind === NT_GNU_BUILD_ID && body + bodyBytes <= bytes.length) {
        return Array.from(bytes.subarray(body, body + bodyBytes), (byte) => byte.toString(16).padStart(2, "0")).join(
          "",
        );
      }
      at = body + (bodyBytes + 3 & ~3);
    }
  }
  return undefined;
}

function functionsOf({ read, sections }: Elf, table: Section, segments: readonly Segment[]): ElfFunctions {
  const strings = sections[table.link];
  if (!strings || table.size > MOST_TABLE_BYTES || strings.size > MOST_TABLE_BYTES) return NONE;
  const names = read(strings.offset, strings.size);
  const rows = viewOf(read(table.offset, table.size));
  const found: { start: number; end: number; name: number }[] = [];
  for (let at = 0; at + SYMBOL_BYTES <= rows.byteLength; at += SYMBOL_BYTES) {
    const type = rows.getUint8(at + 4) & 15;
    const start = u64(rows, at + 8);
    if ((type !== STT_FUNC && type !== STT_GNU_IFUNC) || start === 0) continue;
    found.push({ start, end: start + u64(rows, at + 16), name: rows.getUint32(at, true) });
  }
  found.sort((a, b) => a.start - b.start || a.end - b.end);
  const starts = Float64Array.from(found, ({ start }) => start);
  return {
    length: found.length,
    nameAt(offset) {
      const segment = segments.find((one) => offset >= one.offset && offset < one.offset + one.fileBytes);
      if (!segment) return undefined;
      const address = offset - segment.offset + segment.address;
      const i = lastNotAbove(starts, address);
      if (i < 0) return undefined;
      // Written in assembler some have no size: up to the next one.
      const { start, end, name } = found[i];
      return end === start || address < end ? textAt(names, name) : undefined;
    },
  };
}

/** The index of the last of these ascending values that is not above; -1 where all are. */
export function lastNotAbove<T extends number | bigint>(values: { length: number; [i: number]: T }, value: T): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function textAt(bytes: Uint8Array, at: number): string | undefined {
  const end = bytes.indexOf(0, at);
  return end < 0 ? undefined : new TextDecoder().decode(bytes.subarray(at, end));
}

function rowsOf(bytes: Uint8Array, size: number): DataView[] {
  return Array.from(
    { length: Math.floor(bytes.length / size) },
    (_, i) => viewOf(bytes.subarray(i * size, (i + 1) * size)),
  );
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function u64(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}
