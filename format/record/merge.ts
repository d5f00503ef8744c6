import {
  failed,
  movedInTime,
  option,
  RECORD_SCHEMA,
  type RecordFooter,
  type RecordHeader,
  type RecordItem,
  type RecordReader,
  said,
  type TargetPids,
  timesOf,
} from "../../damon/mod.ts";

/** The header of several records of one machine as one. */
export function mergeHeaders(headers: readonly RecordHeader[]): RecordHeader {
  const [first] = headers;
  const processes = new Map(headers.flatMap((header) => header.processes).map((process) => [process.pid, process]));
  const kdamonds = new Map(
    headers.flatMap((header) => header.kdamonds).map((kdamond) => [`${kdamond.pid}/${kdamond.index ?? ""}`, kdamond]),
  );
  const sources = new Set(headers.map(({ source }) => source));
  return {
    ...first,
    schema: RECORD_SCHEMA,
    source: sources.size === 1 ? first.source : "unknown",
    kdamonds: [...kdamonds.values()],
    processes: [...processes.values()],
  };
}

/**
 * How much is to be added to the times of each record so that all are by the clock of the first, ns.
 *
 * @throws {RangeError} where they cannot be told: the clocks differ and one has no wall-clock time; or where kdamonds of
 * different machines have the same pid.
 */
export function clockShiftsOf(headers: readonly RecordHeader[], names: readonly string[]): number[] {
  checkApart(headers, names);
  const [first] = headers;
  return headers.map((header, i) => {
    const isSame = header.clock.name === first.clock.name &&
      (header.host.bootId === first.host.bootId || header.clock.name === "wall");
    if (isSame) return 0;
    if (!(header.clock.originWallMs > 0) || !(first.clock.originWallMs > 0)) {
      throw new RangeError(
        `${names[i]} and ${names[0]} have clocks that cannot be compared: ${first.clock.name} and ` +
          `${header.clock.name}, and neither tells the time of day`,
      );
    }
    return (header.clock.originWallMs - first.clock.originWallMs) * 1e6 -
      (header.clock.originNs - first.clock.originNs);
  });
}

/**
 * Checks that the kdamonds of different boots or machines differ: they are known by their pids.
 *
 * @throws {RangeError} naming the first two records with the same.
 */
function checkApart(headers: readonly RecordHeader[], names: readonly string[]): void {
  const seen = new Map<number, number>();
  for (const [i, { kdamonds, host }] of headers.entries()) {
    for (const { pid } of kdamonds) {
      const before = seen.get(pid);
      seen.set(pid, before ?? i);
      const other = before === undefined ? "" : headers[before].host.bootId;
      if (other === "" || host.bootId === "" || other === host.bootId) continue;
      throw failed(RangeError, {
        what: `${names[i]} and ${names[before!]} both have kdamond ${pid}, of different machines or boots`,
        help: said`convert each with ${option("partition_by", "host,date")} instead`,
      });
    }
  }
}

/** The items of several records in the order of time, with one footer that adds theirs up. */
export async function* mergeItems(
  records: readonly RecordReader[],
  shiftsNs: readonly number[],
): AsyncGenerator<RecordItem> {
  const footers: RecordFooter[] = [];
  const sources = records.map((record, i) => {
    const shift = shiftsNs[i];
    const items = record.items()[Symbol.asyncIterator]();
    return { next: undefined as RecordItem | undefined, items, shift, header: record.header };
  });
  const advance = async (source: typeof sources[number]) => {
    for (;;) {
      const { done, value } = await source.items.next();
      source.next = done ? undefined : movedInTime(value, source.shift);
      if (source.next?.kind !== "footer") return;
      footers.push(withTargets(source.next.footer, source.header));
    }
  };
  for (const source of sources) await advance(source);
  for (;;) {
    let earliest: typeof sources[number] | undefined;
    for (const source of sources) {
      if (source.next && (!earliest || timeOf(source.next) < timeOf(earliest.next!))) earliest = source;
    }
    if (!earliest) break;
    yield earliest.next!;
    await advance(earliest);
  }
  if (footers.length > 0) yield { kind: "footer", footer: footers.reduce(addFooters) };
}

function timeOf(item: RecordItem): number {
  return item.kind === "footer" ? Infinity : timesOf(item).endNs;
}

/** Which processes the page sampler's targets are, which its own counts tell, as another's would. */
function withTargets(footer: RecordFooter, { kdamonds }: RecordHeader): RecordFooter {
  const { targets, pages } = footer;
  if (targets || !pages || kdamonds.length !== 1) return footer;
  return { ...footer, targets: [{ kdamond: kdamonds[0].pid, pids: pages.pids }] };
}

function addFooters(a: RecordFooter, b: RecordFooter): RecordFooter {
  const targets = new Map<number, TargetPids>();
  for (const each of [...a.targets ?? [], ...b.targets ?? []]) {
    // Of the parts of one recording, the last knows all.
    const before = targets.get(each.kdamond);
    if (!before || before.pids.length < each.pids.length) targets.set(each.kdamond, each);
  }
  const processes = new Map([...a.processes ?? [], ...b.processes ?? []].map((process) => [process.pid, process]));
  return {
    endNs: Math.max(a.endNs, b.endNs),
    reason: a.reason === b.reason ? a.reason : `${a.reason}; ${b.reason}`,
    snapshots: a.snapshots + b.snapshots,
    regions: a.regions + b.regions,
    events: a.events + b.events,
    received: a.received + b.received,
    dropped: a.dropped + b.dropped,
    torn: a.torn + b.torn,
    ...(targets.size > 0 && { targets: [...targets.values()] }),
    ...(processes.size > 0 && { processes: [...processes.values()] }),
  };
}
