import { ACTION_TRAITS, type Context, type Kdamond, type RecordHeader, type Scheme } from "../../damon/mod.ts";
import { requireProcess } from "../../kernel/control/mod.ts";
import { commOf, type Roots } from "../../kernel/machine/mod.ts";
import { askedKdamonds } from "../damon/mod.ts";
import { PID_TO_COME as ANY_PID } from "../record/mod.ts";
import type { SchemesExplainOptions } from "./explain.ts";

/** The kdamonds that are meant: of a record, with the schemes that are named in place of its own. */
export async function wantedKdamonds(
  roots: Roots,
  target: string | undefined,
  options: SchemesExplainOptions,
  header: RecordHeader | undefined,
): Promise<Kdamond[]> {
  if (options.kdamonds !== undefined) return await askedKdamonds(roots, options, {});
  if (header) {
    const [base = { contexts: [] }] = header.kdamonds;
    const { contexts } = base.contexts.length > 0
      ? base
      : (await askedKdamonds(roots, {}, { target: { pid: ANY_PID } }))[0];
    return await askedKdamonds(roots, options, { base: [{ contexts }] });
  }
  if (target !== undefined && target !== "paddr") {
    requireProcess(roots, Number(target));
    return await askedKdamonds(roots, options, { target: { pid: Number(target) } });
  }
  if (options.target_pid !== undefined) return await askedKdamonds(roots, options, {});
  if (options.regions !== undefined || options.numa_node !== undefined) {
    return await askedKdamonds(roots, options, { target: "paddr" });
  }
  const kdamonds = await askedKdamonds(roots, options, { target: { pid: ANY_PID } });
  const schemes = kdamonds.flatMap(({ contexts }) => contexts.flatMap((context) => context.schemes ?? []));
  // For the memory that more of them can do something to.
  const able = (operations: Context["operations"]) => schemes.filter((scheme) => canDo(scheme, operations)).length;
  const isOfProcess = options.ops !== undefined || able("vaddr") >= able("paddr");
  if (target === undefined && isOfProcess) return kdamonds;
  return kdamonds.map(({ contexts, ...rest }) => ({
    ...rest,
    contexts: contexts.map((context): Context => ({ ...context, operations: "paddr", targets: [{ regions: [] }] })),
  }));
}

const canDo = ({ action }: Scheme, operations: Context["operations"]) =>
  ACTION_TRAITS[action].operations.includes(operations);

/** Those that have a scheme. */
export function contextsIn(kdamonds: readonly Kdamond[]): Context[] {
  return kdamonds.flatMap(({ contexts }) => contexts.filter(({ schemes }) => schemes?.length));
}

/** What they are explained for: rates and times of a scheme mean something only there. */
export function headlineOf(
  roots: Roots,
  target: string | undefined,
  kdamonds: readonly Kdamond[],
  header: RecordHeader | undefined,
  isHere: boolean,
): string {
  if (header) {
    return `For ${target}${header.kdamonds.length > 1 ? `, the first of its ${header.kdamonds.length} kdamonds` : ""}${
      isHere ? "" : " (of another machine, or of before its last boot: this one is not looked at)"
    }`;
  }
  const pids = [
    ...new Set(kdamonds.flatMap(({ contexts }) => contexts.flatMap(({ targets }) => targets.map(({ pid }) => pid)))),
  ];
  const names = pids.flatMap((pid) =>
    pid === undefined || pid === ANY_PID ? [] : [`process ${pid} (${commOf(roots, pid) ?? "not there"})`]
  );
  const operations = [...new Set(contextsIn(kdamonds).map((context) => context.operations))];
  const what = {
    vaddr: "the memory of a process",
    fvaddr: "parts of the memory of a process",
    paddr: "physical memory",
  };
  return `For ${
    names.length > 0 ? names.join(", ") : operations.map((each) => what[each]).join(" and ")
  }, on this machine`;
}
