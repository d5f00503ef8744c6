import captured from "./testdata/modules_6.12.json" with { type: "json" };
import type { Roots } from "../kernel/machine/roots.ts";
import { fakeRoots } from "./fake_sysfs.ts";

/** The modules of Debian's 6.12, read there, as plain files; with what the kernel does when they are written to. */
export interface FakeModules extends Roots, Disposable {
  /** The text of a parameter, as `damon_reclaim/min_age`. */
  text(path: string): string;
  /** Writes one, as somebody else would. */
  put(path: string, text: string): void;
  /** All that is below the modules' folder. */
  all(): Record<string, string>;
}

const THREAD = 77;

/**
 * @param more Further files, such as a kdamond's.
 * @param refuses Whether the kernel gives up what it reads.
 */
export function fakeModules(more: Record<string, string> = {}, refuses: () => boolean = () => false): FakeModules {
  const files = Object.entries(captured.modules).flatMap(([module, parameters]) =>
    Object.entries(parameters).map(([name, text]) => [`module/${module}/parameters/${name}`, `${text}\n`])
  );
  const roots = fakeRoots({ ...Object.fromEntries(files), "proc/2/comm": "kthreadd\n", ...more });
  const path = (name: string) => `${roots.modules}/${name.replace("/", "/parameters/")}`;
  const text = (name: string) => Deno.readTextFileSync(path(name)).trim();
  const put = (name: string, value: string) => Deno.writeTextFileSync(path(name), `${value}\n`);
  const startThread = (pid: number) => {
    Deno.mkdirSync(`${roots.proc}/${pid}`, { recursive: true });
    Deno.writeTextFileSync(`${roots.proc}/${pid}/stat`, `${pid} (kdamond.0) I ${"0 ".repeat(18)}${pid}00 0\n`);
    Deno.writeTextFileSync(`${roots.proc}/${pid}/comm`, "kdamond.0\n");
  };
  const endThread = (pid: number) => {
    if (pid > 0) Deno.removeSync(`${roots.proc}/${pid}`, { recursive: true });
  };
  const stats = (name: string) => Deno.writeTextFileSync(path(`damon_${name}/kdamond_pid`), "-1\n");
  let next = THREAD;
  const kernel = setInterval(() => {
    for (const module of ["damon_reclaim", "damon_lru_sort"]) {
      const [isOn, pid] = [text(`${module}/enabled`) === "Y", Number(text(`${module}/kdamond_pid`))];
      if (isOn && pid < 0) {
        put(`${module}/kdamond_pid`, String(next));
        startThread(next++);
        // It finds out by itself what to watch.
        if (text(`${module}/monitor_region_end`) === "0") put(`${module}/monitor_region_end`, "4096");
      }
      if (!isOn && pid > 0) {
        endThread(pid);
        stats(module.slice("damon_".length));
      }
      if (isOn && pid > 0 && text(`${module}/commit_inputs`) === "Y") {
        put(`${module}/commit_inputs`, "N");
        if (refuses()) endThread(pid);
      }
    }
  }, 2);
  return {
    ...roots,
    text,
    put,
    all: () =>
      Object.fromEntries(
        Object.entries(captured.modules).flatMap(([module, parameters]) =>
          Object.keys(parameters).map((name) => [`${module}/${name}`, text(`${module}/${name}`)])
        ),
      ),
    [Symbol.dispose]() {
      clearInterval(kernel);
      roots[Symbol.dispose]();
    },
  };
}
