import { countedFolder, KernelError } from "../damon/mod.ts";
import type { Roots } from "../kernel/machine/roots.ts";
import { fakeRoots } from "./fake_sysfs.ts";
import type { CapturedTree } from "./testdata/capture_tree.ts";

const [ENOENT, EACCES, EBUSY, EINVAL] = [2, 13, 16, 22];

/** A tree as captured on a real kernel, by the name of its file in `testdata/trees`. */
export function capturedTree(name: string): CapturedTree {
  return JSON.parse(Deno.readTextFileSync(new URL(`testdata/trees/tree_${name}.json`, import.meta.url)));
}

/** What no kernel has yet, by the documents of the tree that it comes from. */
const NEWER: Record<string, string> = {
  "contexts/0/monitoring_attrs/probes/0/weight": "0",
  "contexts/0/monitoring_attrs/sample/primitives/page_table": "Y",
  "contexts/0/monitoring_attrs/sample/primitives/page_faults": "N",
};

/** What a file holds that nobody wrote, where it was not captured. */
const DEFAULTS: readonly (readonly [RegExp, string])[] = [
  [/avail_operations$/, "vaddr\nfvaddr\npaddr"],
  [/\/operations$/, "vaddr"],
  [/sample_us$/, "5000"],
  [/intervals\/aggr_us$/, "100000"],
  [/update_us$/, "60000000"],
  [/nr_regions\/min$/, "10"],
  [/nr_regions\/max$/, "1000"],
  [/action$/, "stat"],
  [/target_nid$/, "-1"],
  [/addr_unit$/, "1"],
  [/metric$/, "none"],
  [/filters\/0\/type$/, "anon"],
  [/(matching|allow|obsolete_target|pause)$/, "N"],
  [/path$/, ""],
  [/^state$/, "off"],
  [/^pid$/, "-1"],
];

const template = (path: string) => path.replaceAll(/(^|\/)\d+(?=\/|$)/g, "$10");

/**
 * DAMON's sysfs tree of a captured kernel, in a folder: a number written into `nr_*` makes that many folders anew, a
 * kdamond that is on cannot be taken away, and what the kernel refuses is refused.
 */
export class FakeKernel implements Disposable {
  readonly roots: Roots & Disposable;
  /** Every write that was accepted, in order. */
  readonly writes: string[] = [];
  /** A read of `state` or `pid`, or a write of what the kernel's lock guards, that meets somebody else's request. */
  isBusy: ((path: string, text?: string) => boolean) | undefined;
  /** A write that fails, as the kernel's own would for what it cannot do. */
  refuses: ((path: string, text: string) => boolean) | undefined;
  readonly #templates = new Map<string, { mode: number; text: string }>();
  readonly #dir: string;
  #nextPid = 1000;

  constructor(name: string, isNewest = false) {
    const tree = capturedTree(name);
    for (const [path, { mode, text }] of Object.entries(tree.sysfs)) {
      if (path === "nr_kdamonds") continue;
      const file = template(path).slice(2);
      const nr = countedFolder(file) !== undefined ? "0" : text?.trim();
      const fallback = DEFAULTS.find(([pattern]) => pattern.test(file))?.[1] ?? "0";
      this.#templates.set(file, { mode, text: nr ?? fallback });
    }
    if (isNewest) {
      for (const [path, text] of Object.entries(NEWER)) {
        this.#templates.set(path, { mode: 0o600, text });
      }
    }
    // Filters were captured in one of the three folders only.
    for (const kind of ["core_filters", "ops_filters"]) {
      if (!this.#templates.has(`contexts/0/schemes/0/${kind}/nr_filters`)) continue;
      for (const [path, value] of [...this.#templates]) {
        const found = /^(contexts\/0\/schemes\/0\/)\w*filters(\/0\/.*)$/.exec(path);
        if (found) this.#templates.set(`${found[1]}${kind}${found[2]}`, value);
      }
    }
    this.roots = fakeRoots({ "damon/admin/kdamonds/nr_kdamonds": "0\n" });
    this.roots.readText = (path) => {
      const file = path.slice(this.roots.damon.length + "/admin/kdamonds/".length);
      if (/\/(state|pid)$/.test(file) && this.isBusy?.(file)) throw new KernelError("read", EBUSY, path);
      return Deno.readTextFileSync(path);
    };
    this.#dir = `${this.roots.damon}/admin/kdamonds`;
  }

  [Symbol.dispose](): void {
    this.roots[Symbol.dispose]();
  }

  /** Shows the kernel's threads in `/proc`: those of kdamonds that are turned on from now on. */
  showThreads(): void {
    this.#put("proc/2/comm", "kthreadd\n");
  }

  /** The thread of a kdamond that is on ends, as when its last target has: nobody wrote anything. */
  end(kdamond: number): void {
    const pid = Deno.readTextFileSync(`${this.#dir}/${kdamond}/pid`).trim();
    Deno.writeTextFileSync(`${this.#dir}/${kdamond}/state`, "off\n");
    Deno.writeTextFileSync(`${this.#dir}/${kdamond}/pid`, "-1\n");
    Deno.removeSync(`${this.roots.proc}/${pid}`, { recursive: true });
  }

  #put(path: string, text: string): void {
    const full = `${this.roots.proc.replace(/\/proc$/, "")}/${path}`;
    Deno.mkdirSync(full.slice(0, full.lastIndexOf("/")), { recursive: true });
    Deno.writeTextFileSync(full, text);
  }

  /** One write, as `writeKernel` does it. */
  readonly write = (path: string, text: string, hint?: string): void => {
    const file = path.slice(this.#dir.length + 1);
    const refuse = (errno: number): never => {
      throw new KernelError(`write ${JSON.stringify(text)}`, errno, path, hint);
    };
    const isLocked = /\/state$/.test(file) || countedFolder(file) !== undefined;
    if (isLocked && this.isBusy?.(file, text)) refuse(EBUSY);
    if (this.refuses?.(file, text)) refuse(EINVAL);
    const found = this.#templates.get(template(file).slice(2));
    if (file !== "nr_kdamonds") {
      try {
        Deno.statSync(path);
      } catch {
        refuse(ENOENT);
      }
      if (!found || (found.mode & 0o200) === 0) refuse(EACCES);
    }
    const value = text.trim();
    if (/\/state$/.test(file)) this.#switch(file.replace(/\/state$/, ""), value, refuse);
    else if (countedFolder(file) !== undefined) this.#renew(file, Number(value), refuse);
    else this.#check(file, value, found!.text, refuse);
    if (!/\/state$/.test(file)) Deno.writeTextFileSync(path, `${/path$/.test(file) ? text : value}\n`);
    this.writes.push(`${file} ${value}`);
  };

  #switch(kdamond: string, word: string, refuse: (errno: number) => never): void {
    const state = `${this.#dir}/${kdamond}/state`;
    const isOn = Deno.readTextFileSync(state).trim() === "on";
    if (word === "on") {
      if (isOn) refuse(EBUSY);
      Deno.writeTextFileSync(state, "on\n");
      const pid = this.#nextPid++;
      Deno.writeTextFileSync(`${this.#dir}/${kdamond}/pid`, `${pid}\n`);
      this.#put(`proc/${pid}/comm`, `kdamond.${kdamond}\n`);
      this.#put(`proc/${pid}/stat`, `${pid} (kdamond.${kdamond}) I 2 ${"0 ".repeat(17)}${pid * 10} 0\n`);
    } else if (word === "off") {
      if (!isOn) refuse(EINVAL);
      this.end(Number(kdamond));
    } else if (!isOn || !/^(commit|update_\w+|clear_\w+|commit_schemes_quota_goals)$/.test(word)) {
      refuse(EINVAL);
    }
  }

  #renew(file: string, count: number, refuse: (errno: number) => never): void {
    if (!Number.isSafeInteger(count) || count < 0) refuse(EINVAL);
    if (/contexts\/nr_contexts$/.test(file) && count > 1) refuse(EINVAL);
    const isOn = (dir: string) => Deno.readTextFileSync(`${this.#dir}/${dir}/state`).trim() === "on";
    const inside = file === "nr_kdamonds"
      ? Array.from({ length: Number(Deno.readTextFileSync(`${this.#dir}/nr_kdamonds`)) }, (_, i) => String(i))
      : /contexts\/nr_contexts$/.test(file)
      ? [file.split("/")[0]]
      : [];
    if (inside.some(isOn)) refuse(EBUSY);
    const folder = file.slice(0, file.lastIndexOf("/") + 1);
    for (const { name, isDirectory } of [...Deno.readDirSync(`${this.#dir}/${folder}`)]) {
      if (isDirectory && /^\d+$/.test(name)) Deno.removeSync(`${this.#dir}/${folder}${name}`, { recursive: true });
    }
    const prefix = template(`${folder}0/`).slice(2);
    for (const [path, { text }] of this.#templates) {
      const rest = path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
      // What is in numbered folders further inside is made by their own numbers.
      if (rest === undefined || /(^|\/)0\//.test(rest)) continue;
      for (let i = 0; i < count; i++) {
        const full = `${this.#dir}/${folder}${i}/${rest}`;
        Deno.mkdirSync(full.slice(0, full.lastIndexOf("/")), { recursive: true });
        Deno.writeTextFileSync(full, `${text}\n`);
      }
    }
  }

  #check(file: string, value: string, usual: string, refuse: (errno: number) => never): void {
    if (/^-?\d+$/.test(usual) && !/^-?\d+$/.test(value)) refuse(EINVAL);
    if (/^[YN]$/.test(usual) && !/^[YN01]$/.test(value)) refuse(EINVAL);
    if (/\/operations$/.test(file) && !/^(vaddr|fvaddr|paddr)$/.test(value)) refuse(EINVAL);
  }
}
