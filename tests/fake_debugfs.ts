import { KernelError } from "../damon/mod.ts";
import type { Roots } from "../kernel/machine/roots.ts";
import { capturedTree } from "./fake_kernel.ts";
import { fakeRoots } from "./fake_sysfs.ts";

const [EPERM, ENOENT, ENOMEM, EBUSY, EEXIST, EINVAL] = [1, 2, 12, 16, 17, 22];
/** Files that each context has; what they hold before anybody wrote into them. */
const OF_CONTEXT = ["attrs", "init_regions", "kdamond_pid", "schemes", "target_ids"];

/** A refusal, as the kernel's own. */
class Refusal {
  constructor(readonly errno: number) {}
}

/** What differs between kernels that were captured and older ones, of which there is no capture. */
export interface DebugfsKernel {
  /** Linux 5.16 and 5.17 name a target of initial regions by its pid. */
  isByPid?: boolean;
  /** Statistics of a scheme: two numbers in 5.16, five from 5.17 on. */
  nrStats?: 2 | 5;
}

/**
 * DAMON's debugfs tree of a captured kernel, in a folder: what can be written only while it is off, what is read back in
 * another form than it was written, what turning off forgets.
 */
export class FakeDebugfs implements Disposable {
  readonly roots: Roots & Disposable;
  /** Every write that was accepted, in order. */
  readonly writes: string[] = [];
  /** Processes that there are. */
  readonly alive = new Set<number>();
  /** A write that fails, as the kernel's own would for what it cannot do. */
  refuses: ((path: string, text: string) => boolean) | undefined;
  readonly switchName: string;
  readonly #files: Record<string, { mode: number; text?: string }>;
  readonly #options: Required<DebugfsKernel>;
  #nextPid = 2000;

  constructor(name: string, { isByPid = false, nrStats = 5 }: DebugfsKernel = {}) {
    this.#files = capturedTree(name).debugfs;
    this.#options = { isByPid, nrStats };
    this.switchName = Object.keys(this.#files).find((file) => file.startsWith("monitor_on"))!;
    const texts = Object.entries(this.#files).map(([file, { text }]) => [`debug/damon/${file}`, text ?? ""]);
    this.roots = fakeRoots(Object.fromEntries(texts));
  }

  [Symbol.dispose](): void {
    this.roots[Symbol.dispose]();
  }

  get isOn(): boolean {
    return this.#read(this.switchName).trim() === "on";
  }

  /** One write, as `writeKernel` does it. */
  readonly write = (path: string, text: string, hint?: string): void => {
    const file = path.slice(this.roots.debugfs.length + 1);
    try {
      if (this.refuses?.(file, text)) throw new Refusal(EINVAL);
      this.#write(file, text);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      throw new KernelError(`write ${JSON.stringify(text)}`, error.errno, path, hint);
    }
    this.writes.push(`${file} ${text.trimEnd()}`);
  };

  #write(file: string, text: string): void {
    const name = file.slice(file.lastIndexOf("/") + 1);
    const dir = file.slice(0, -name.length);
    if (!this.#dirs().includes(dir)) throw new Refusal(ENOENT);
    if ((this.#files[name]?.mode ?? 0) === 0) throw new Refusal(ENOENT);
    if (name === "kdamond_pid") throw new Refusal(EINVAL);
    if (file === this.switchName) return this.#turn(text.trim());
    if (this.isOn) throw new Refusal(EBUSY);
    if (file === "mk_contexts") return this.#make(text.trim());
    if (file === "rm_contexts") return this.#remove(text.trim());
    const write = {
      attrs: this.#attrs,
      target_ids: this.#targetIds,
      init_regions: this.#regions,
      schemes: this.#schemes,
    };
    write[name as keyof typeof write].call(this, dir, text);
  }

  #dirs(): string[] {
    const names = [...Deno.readDirSync(this.roots.debugfs)].filter(({ isDirectory }) => isDirectory);
    return ["", ...names.map(({ name }) => `${name}/`)];
  }

  #read(file: string): string {
    return Deno.readTextFileSync(`${this.roots.debugfs}/${file}`);
  }

  #put(file: string, text: string): void {
    Deno.writeTextFileSync(`${this.roots.debugfs}/${file}`, text);
  }

  #turn(word: string): void {
    if (word === "on") {
      if (this.isOn) throw new Refusal(EBUSY);
      const pid = this.#nextPid;
      if (this.#dirs().some((dir) => this.#read(`${dir}target_ids`).trim() === "")) throw new Refusal(EINVAL);
      this.#dirs().forEach((dir, i) => this.#put(`${dir}kdamond_pid`, `${pid + i}\n`));
      this.#nextPid += this.#dirs().length;
    } else if (word === "off") {
      if (!this.isOn) throw new Refusal(EPERM);
      for (const dir of this.#dirs()) {
        this.#put(`${dir}kdamond_pid`, "none\n");
        this.#put(`${dir}target_ids`, "\n");
        this.#put(`${dir}init_regions`, "");
      }
    } else throw new Refusal(EINVAL);
    this.#put(this.switchName, `${word}\n`);
  }

  #make(name: string): void {
    const dir = `${this.roots.debugfs}/${name}`;
    if (this.#dirs().includes(`${name}/`)) throw new Refusal(EEXIST);
    Deno.mkdirSync(dir);
    for (const file of OF_CONTEXT) this.#put(`${name}/${file}`, this.#files[file]?.text ?? "");
  }

  #remove(name: string): void {
    if (!this.#dirs().includes(`${name}/`)) throw new Refusal(ENOENT);
    Deno.removeSync(`${this.roots.debugfs}/${name}`, { recursive: true });
  }

  #attrs(dir: string, text: string): void {
    const numbers = text.trim().split(/\s+/);
    if (numbers.length !== 5 || !numbers.every((word) => /^\d+$/.test(word))) throw new Refusal(EINVAL);
    const [sample, aggr, , min, max] = numbers.map(Number);
    // Linux 6.1 takes intervals the wrong way round.
    if (min < 3 || min > max || (aggr < sample && "DEPRECATED" in this.#files)) throw new Refusal(EINVAL);
    this.#put(`${dir}attrs`, `${numbers.join(" ")}\n`);
  }

  #targetIds(dir: string, text: string): void {
    const isPaddr = text === "paddr\n";
    const ids = isPaddr ? [42] : text.trim().split(/\s+/).filter(Boolean).map(Number);
    if (!isPaddr && !ids.every((pid) => this.alive.has(pid))) throw new Refusal(ENOMEM);
    this.#put(`${dir}target_ids`, `${ids.join(" ")}\n`);
    this.#put(`${dir}init_regions`, "");
  }

  #regions(dir: string, text: string): void {
    const numbers = text.trim().split(/\s+/).filter(Boolean).map(BigInt);
    const ids = this.#read(`${dir}target_ids`).trim().split(/\s+/).map(Number);
    const known = this.#options.isByPid ? ids : ids.map((_, i) => i);
    // Where it refuses one of them, none is left.
    this.#put(`${dir}init_regions`, "");
    const lines: string[] = [];
    const ends = new Map<number, bigint>();
    for (let i = 0; i + 2 < numbers.length; i += 3) {
      const [id, start, end] = [Number(numbers[i]), numbers[i + 1], numbers[i + 2]];
      if (!known.includes(id) || start >= end || start < (ends.get(id) ?? 0n)) throw new Refusal(EINVAL);
      ends.set(id, end);
      lines.push(`${id} ${start} ${end}\n`);
    }
    this.#put(`${dir}init_regions`, lines.join(""));
  }

  #schemes(dir: string, text: string): void {
    const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
    const numbers = lines.map((line) => line.split(/\s+/).map(BigInt));
    // It stops at a line that it cannot read, without a word.
    const end = numbers.findIndex((of) => of.length !== 18);
    const read = end < 0 ? numbers : numbers.slice(0, end);
    const isValid = (of: bigint[]) =>
      of[0] <= of[1] && of[2] <= of[3] && of[4] <= of[5] && of[6] <= 5n && of[15] >= of[16] && of[16] >= of[17];
    if (!read.every(isValid)) throw new Refusal(EINVAL);
    const stats = " 0".repeat(this.#options.nrStats);
    this.#put(`${dir}schemes`, read.map((of) => `${of.join(" ")}${stats}\n`).join(""));
  }
}
