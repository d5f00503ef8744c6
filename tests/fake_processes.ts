import type { Roots } from "../kernel/machine/roots.ts";

/** Processes in a `/proc` of plain files, with as much of each as is asked for to follow forks. */
export class FakeProcesses {
  #ticks = 100;
  readonly #children = new Map<number, number[]>();

  constructor(readonly roots: Roots) {}

  /** A process begins; `start` is where its one mapping begins. */
  begin(pid: number, parent?: number, start = pid * 0x10000): void {
    const dir = `${this.roots.proc}/${pid}`;
    Deno.mkdirSync(`${dir}/task/${pid}`, { recursive: true });
    Deno.writeTextFileSync(`${dir}/stat`, `${pid} (a (b) c) S ${parent ?? 1} ${"0 ".repeat(17)}${this.#ticks++} 0\n`);
    Deno.writeTextFileSync(
      `${dir}/maps`,
      `${start.toString(16)}-${(start + 0x8000).toString(16)} rw-p 00000000 00:00 0\n`,
    );
    this.#write(pid, []);
    if (parent !== undefined) this.#write(parent, [...this.#children.get(parent) ?? [], pid]);
  }

  /** Its main thread ends, but for its id, and these go on; or others than before do. */
  goOnBy(pid: number, ...threads: number[]): void {
    const stat = Deno.readTextFileSync(`${this.roots.proc}/${pid}/stat`);
    Deno.removeSync(`${this.roots.proc}/${pid}/task`, { recursive: true });
    for (const tid of [pid, ...threads]) {
      Deno.mkdirSync(`${this.roots.proc}/${pid}/task/${tid}`, { recursive: true });
      Deno.mkdirSync(`${this.roots.proc}/${tid}`, { recursive: true });
      const of = stat.replace(/^\d+/, `${tid}`).replace(/\) \w /, tid === pid ? ") Z " : ") S ");
      Deno.writeTextFileSync(`${this.roots.proc}/${tid}/stat`, of);
    }
  }

  /** A process ends, and its parent has taken note. */
  end(pid: number): void {
    this.#children.delete(pid);
    for (const [parent, children] of this.#children) {
      if (children.includes(pid)) this.#write(parent, children.filter((child) => child !== pid));
    }
    Deno.removeSync(`${this.roots.proc}/${pid}`, { recursive: true });
  }

  #write(parent: number, children: number[]): void {
    this.#children.set(parent, children);
    Deno.writeTextFileSync(
      `${this.roots.proc}/${parent}/task/${parent}/children`,
      children.map((pid) => `${pid} `).join(""),
    );
  }
}
