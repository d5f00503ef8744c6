import {
  BusyError,
  command,
  type Context,
  debugfsGaps,
  formatAttrs,
  formatDebugfsScheme,
  formatInitRegions,
  formatTargetIds,
  type Intervals,
  type Kdamond,
  KernelError,
  type Operations,
  PADDR_ID,
  parseAttrs,
  parseDebugfsSchemes,
  said,
  UnsupportedError,
} from "../../damon/mod.ts";
import {
  exists,
  namesIn,
  readKernelTypes,
  readOptional,
  type Roots,
  showsThreads,
  threadOf,
  writeDamon,
  type WriteKernel,
} from "../machine/mod.ts";
import type { DamonInterface, HintedWrite } from "./interface.ts";
import { dropEntry, isThreadOn, type OwnEntry, readEntry } from "./ours.ts";
import type { KdamondStatus } from "./sysfs_read.ts";

const SWITCHES = ["monitor_on", "monitor_on_DEPRECATED"];
const OWN_PREFIX = "damo-";
const OWN_CONTEXT = /^damo-\d+$/;

/**
 * The text of one of debugfs' files; `undefined` where it cannot be read. The kernel writes anew for each read, as much
 * as fits into it, and cuts the rest: all is to be read at once.
 */
export function readWhole(path: string): string | undefined {
  for (let size = 1 << 16;; size *= 4) {
    const bytes = new Uint8Array(size);
    try {
      using file = Deno.openSync(path);
      const length = file.readSync(bytes) ?? 0;
      if (length < size / 2 || size > 1 << 24) return new TextDecoder().decode(bytes.subarray(0, length)).trim();
    } catch {
      return undefined;
    }
  }
}

const nameOf = (dir: string) => dir.slice(dir.lastIndexOf("/") + 1);
const ON_HINT = "the target may have ended, or another user of DAMON (sysfs, a module) is on";

/**
 * DAMON through debugfs, Linux 5.15 to 6.13: each context has a kernel thread of its own, and one switch turns all of
 * them on or off. Settings can be changed only while it is off.
 */
export class DebugfsInterface implements DamonInterface {
  readonly name = "debugfs";
  #isByPid: boolean | undefined;

  /** @param write Does one write; tests of the writes themselves give one that answers as the kernel does. */
  constructor(readonly roots: Roots, readonly write: WriteKernel = writeDamon) {}

  // deno-lint-ignore require-await -- what it throws is to be seen where it is waited for
  async read(): Promise<KdamondStatus[]> {
    return this.#read();
  }

  #read(): KdamondStatus[] {
    const { debugfs } = this.roots;
    try {
      Deno.statSync(debugfs);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw new KernelError("read what DAMON does", 13, debugfs, "run as root");
    }
    return this.#contextDirs().map((dir, index) => this.#readContext(dir, index));
  }

  require(kdamonds: readonly Kdamond[]): void {
    const [gap] = debugfsGaps(kdamonds);
    if (gap) {
      throw new UnsupportedError(
        {
          what: `DAMON's debugfs interface lacks ${gap.what}`,
          help: `use the sysfs interface, of Linux ${gap.since} or newer`,
        },
        gap.what,
        gap.since,
      );
    }
    const lacks = (isAsked: boolean, file: string, what: string) => {
      if (!isAsked || exists(`${this.roots.debugfs}/${file}`)) return;
      throw new UnsupportedError(
        { what: `This kernel's DAMON has no ${what} in debugfs`, help: "boot Linux 5.16 or newer" },
        what,
        "5.16",
      );
    };
    const contexts = kdamonds.flatMap((kdamond) => kdamond.contexts);
    lacks(contexts.some(({ schemes }) => schemes?.length), "schemes", "schemes");
    lacks(
      contexts.some(({ targets }) => targets.some(({ regions }) => regions.length)),
      "init_regions",
      "initial regions",
    );
    lacks(contexts.length > 1, "mk_contexts", "several contexts");
    const other = this.#contextDirs().slice(1).find((dir) => !OWN_CONTEXT.test(nameOf(dir)));
    if (other === undefined) return;
    // One switch turns all contexts on: theirs would begin to run, or keep ours from it.
    throw new BusyError(
      `DAMON's debugfs interface runs all contexts at once, and ${nameOf(other)} is not damo's: it was left untouched`,
    );
  }

  startPlan(kdamonds: readonly Kdamond[]): HintedWrite[] {
    const { debugfs } = this.roots;
    const contexts = kdamonds.flatMap((kdamond) => kdamond.contexts);
    const made = contexts.slice(1).map((_, i) => `${OWN_PREFIX}${i + 1}`);
    return [
      ...made.map((text) => ({ path: `${debugfs}/mk_contexts`, text })),
      ...contexts.flatMap((context, i) => this.#contextPlan(i === 0 ? debugfs : `${debugfs}/${made[i - 1]}`, context)),
      { path: this.#switch(), text: "on", hint: ON_HINT },
    ];
  }

  tunePlan(index: number, wanted: Kdamond): HintedWrite[] {
    const dirs = this.#contextDirs();
    const isOn = readOptional(this.#switch()) === "on";
    // What the kernel does not show while it is on, and has forgotten once it is off, is in our own notes.
    const contextOf = (i: number) =>
      (readEntry(this.roots, i, "debugfs")?.kdamond ?? this.#readContext(dirs[i], i)).contexts[0];
    const [before, after] = [contextOf(index), wanted.contexts[0]].map((context) =>
      context ? this.#contextPlan(dirs[index], context).map(({ text }) => text).join("\n") : ""
    );
    if (isOn && before === after) return [];
    return [
      ...(isOn ? [{ path: this.#switch(), text: "off" }] : []),
      // Every context's targets are to be written anew before it can be turned on again.
      ...dirs.flatMap((dir, i) => {
        const context = i === index ? wanted.contexts[0] : contextOf(i);
        return context ? this.#contextPlan(dir, context) : [];
      }),
      { path: this.#switch(), text: "on", hint: ON_HINT },
    ];
  }

  /** Statistics are live here. */
  refreshPlan(): HintedWrite[] {
    return [];
  }

  async run(plan: readonly HintedWrite[]): Promise<void> {
    for (const { path, text, hint } of plan) {
      // `paddr` is understood only with the newline that a shell would write.
      await this.write(path, `${text}\n`, hint);
    }
  }

  isOn(index: number, pid: number): boolean {
    if (showsThreads(this.roots)) return threadOf(this.roots, pid) !== undefined;
    const dir = this.#contextDirs()[index];
    return dir !== undefined && readOptional(`${dir}/kdamond_pid`) === String(pid);
  }

  intervalsOf(index: number): Pick<Intervals, "sampleUs" | "aggrUs"> | undefined {
    const dir = this.#contextDirs()[index];
    const text = dir === undefined ? undefined : readWhole(`${dir}/attrs`);
    return text === undefined ? undefined : parseAttrs(text).intervals;
  }

  before(): Pick<OwnEntry, "nrKdamondsBefore" | "debugfsBefore"> {
    const texts = ["attrs", "target_ids", "init_regions", "schemes"].flatMap((file) => {
      const text = readWhole(`${this.roots.debugfs}/${file}`);
      return text === undefined ? [] : [[file, text]];
    });
    return { nrKdamondsBefore: this.#contextDirs().length, debugfsBefore: Object.fromEntries(texts) };
  }

  async restore(entry: OwnEntry): Promise<void> {
    const { debugfs } = this.roots;
    const attempt = async (path: string, text: string) => {
      try {
        if (exists(path)) await this.write(path, `${text}\n`);
      } catch (error) {
        if (!(error instanceof KernelError)) throw error;
      }
    };
    // One switch for all: who turned it on, if not us, is seen before.
    if (readOptional(this.#switch()) === "on") {
      await attempt(this.#switch(), "off");
      if (readOptional(this.#switch()) === "on" && isThreadOn(this.roots, entry) !== false) {
        throw new KernelError(
          "turn DAMON off",
          0,
          this.#switch(),
          said`it is still on; end it with: ${command("stop")}`,
        );
      }
    }
    if (entry.index > 0) {
      await attempt(`${debugfs}/rm_contexts`, `${OWN_PREFIX}${entry.index}`);
    } else {
      const { attrs, target_ids: targets, init_regions: regions, schemes } = entry.debugfsBefore ?? {};
      await attempt(
        `${debugfs}/schemes`,
        (schemes ?? "").split("\n").map((line) => line.split(/\s+/).slice(0, 18).join(" ")).join("\n"),
      );
      // With them go their initial regions.
      await attempt(`${debugfs}/target_ids`, "");
      if (targets) await attempt(`${debugfs}/target_ids`, targets === String(PADDR_ID) ? "paddr" : targets);
      if (regions) await attempt(`${debugfs}/init_regions`, regions);
      if (attrs) await attempt(`${debugfs}/attrs`, attrs);
    }
    dropEntry(this.roots, entry.index, "debugfs");
  }

  #switch(): string {
    const { debugfs } = this.roots;
    return `${debugfs}/${SWITCHES.find((name) => exists(`${debugfs}/${name}`)) ?? SWITCHES[0]}`;
  }

  /**
   * The root is a context itself; others are folders in it: ours by their numbers, those among them too that are gone
   * already while they are taken away one after the other, then those of others.
   */
  #contextDirs(): string[] {
    const { debugfs } = this.roots;
    const names = namesIn(debugfs).filter((name) => exists(`${debugfs}/${name}/attrs`));
    const [ours, others] = [true, false].map((isOurs) => names.filter((name) => OWN_CONTEXT.test(name) === isOurs));
    const last = Math.max(0, ...ours.map((name) => Number(name.slice(OWN_PREFIX.length))));
    const numbered = Array.from({ length: last }, (_, i) => `${OWN_PREFIX}${i + 1}`);
    return [debugfs, ...[...numbered, ...others].map((name) => `${debugfs}/${name}`)];
  }

  #contextPlan(dir: string, context: Context): HintedWrite[] {
    const has = (file: string) => exists(`${this.roots.debugfs}/${file}`);
    const schemes = context.schemes ?? [];
    return [
      { path: `${dir}/attrs`, text: formatAttrs(context) },
      { path: `${dir}/target_ids`, text: formatTargetIds(context) },
      ...(has("init_regions")
        ? [{ path: `${dir}/init_regions`, text: formatInitRegions(context, this.#keying()) }]
        : []),
      ...(has("schemes") ? [{ path: `${dir}/schemes`, text: schemes.map(formatDebugfsScheme).join("\n") }] : []),
    ];
  }

  #readContext(dir: string, index: number): KdamondStatus {
    const pid = Number(readOptional(`${dir}/kdamond_pid`));
    const isOn = Number.isSafeInteger(pid) && pid > 0;
    const ids = (readWhole(`${dir}/target_ids`) ?? "").split(/\s+/).filter(Boolean).map(Number);
    const status = { index, interface: "debugfs" as const, pid: isOn ? pid : undefined };
    // What is left in the files of one that is off is nobody's: each user writes all of them anew.
    if (!isOn) return { ...status, state: "off", contexts: [] };
    const operations: Operations = ids.length === 1 && ids[0] === PADDR_ID ? "paddr" : "vaddr";
    const targets = ids.map((pid) => ({ ...(operations === "vaddr" && { pid }), regions: [] }));
    // While it is on, the kernel refuses to tell them; of ours there is a note.
    const entry = readEntry(this.roots, index, "debugfs");
    const noted = entry?.kdamondPid === pid ? entry.kdamond.contexts[0]?.targets : undefined;
    const regions = targets.map((_, t) => noted?.length === targets.length ? noted[t].regions : []);
    const schemes = parseDebugfsSchemes(readWhole(`${dir}/schemes`) ?? "");
    const context = {
      operations,
      ...parseAttrs(readWhole(`${dir}/attrs`) ?? ""),
      targets: targets.map((target, t) => ({ ...target, regions: regions[t] })),
      ...(schemes.length > 0 && { schemes }),
    };
    return { ...status, state: "on", contexts: [context] };
  }

  /** Whether initial regions name their target by pid: the type that 5.18 took away tells. */
  #keying(): boolean {
    this.#isByPid ??= readKernelTypes(this.roots)?.members.has("damon_primitive") ?? false;
    return this.#isByPid;
  }
}
