import { type CommandNode, group, wired } from "../options/mod.ts";
import type { Program } from "./build.ts";

/** What a command's node is made from: the words of the command line that it is about, and the whole program. */
export interface Making {
  words: readonly string[];
  whole: () => Promise<Program>;
}

type Maker = (making: Making) => Promise<CommandNode>;

/**
 * Each command by its name, in the order of `--help`: its table, and what it does. Only what a command line names is loaded:
 * all tables take longer than what most commands do. What a command does is loaded when it runs.
 */
export const COMMANDS: Readonly<Record<string, Maker>> = {
  record: async () =>
    wired((await import("../record/record.ts")).RECORD, async (options, { target }, { command }) => {
      const { record } = await import("../record/run.ts");
      await record(target, command, options);
    }),
  trace: async () =>
    wired((await import("../record/trace.ts")).TRACE, async (options, { target }, { command }) => {
      const { trace } = await import("../record/trace_run.ts");
      await trace(target, command, options);
    }),
  report: async ({ words }) => {
    const { reportNode } = await import("../report/reports.ts");
    return await reportNode(words.length === 0 ? "--help" : words[1]);
  },
  convert: async () =>
    wired((await import("../convert/convert.ts")).CONVERT, async (options, { input, output }) => {
      const { convert } = await import("../convert/run.ts");
      await convert(input, output, options);
    }),
  info: async () =>
    wired((await import("../convert/record_info.ts")).INFO, async (options, { files }) => {
      const { info } = await import("../convert/info_run.ts");
      await info(files, options);
    }),
  cat: async () =>
    wired((await import("../convert/cat.ts")).CAT, async (options, { files }) => {
      const { cat } = await import("../convert/cat_run.ts");
      await cat(files, options);
    }),
  cut: async () =>
    wired((await import("../convert/cut.ts")).CUT, async (options, { input, output }) => {
      const { cut } = await import("../convert/cut_run.ts");
      await cut(input, output, options);
    }),
  merge: async () =>
    wired((await import("../convert/merge.ts")).MERGE, async (options, { files }) => {
      const { merge } = await import("../convert/merge_run.ts");
      await merge(files, options);
    }),
  adjust: async () =>
    wired((await import("../convert/cut.ts")).ADJUST, async ({ input, output, output_type: format, ...options }) => {
      const { cut } = await import("../convert/cut_run.ts");
      await cut(input, output, { ...options, addresses: "integer", format });
    }),
  schemes: async () => {
    const [{ SCHEMES }, { SCHEMES_EXPLAIN }] = await Promise.all([
      import("../schemes/schemes.ts"),
      import("../schemes/explain.ts"),
    ]);
    const explain = wired(SCHEMES_EXPLAIN, async (options, { target }, { above }) => {
      const { schemesExplain } = await import("../schemes/explain_run.ts");
      // `damo schemes -c FILE explain` gives the file to the command above.
      await schemesExplain(target, { ...above, ...options });
    });
    return wired(SCHEMES, async (options, { target }, { command }) => {
      const { schemes } = await import("../schemes/run.ts");
      await schemes(target, command, options);
    }, [explain]);
  },
  start: async () =>
    wired((await import("../control/start.ts")).START, async (options, { target }) => {
      const { start } = await import("../control/start_run.ts");
      await wholly(() => start(target, options));
    }),
  tune: async () =>
    wired((await import("../control/start.ts")).TUNE, async (options) => {
      const { tune } = await import("../control/tune_run.ts");
      await wholly(() => tune(options));
    }),
  status: async () =>
    wired((await import("../control/status.ts")).statusTable("status"), async (options) => {
      const { status } = await import("../control/status_run.ts");
      await status(options);
    }),
  pause: async () =>
    wired((await import("../control/start.ts")).PAUSE, async (options, { kdamond }) => {
      const { pause } = await import("../control/tune_run.ts");
      await wholly(() => pause(kdamond, true, options));
    }),
  resume: async () =>
    wired((await import("../control/start.ts")).RESUME, async (options, { kdamond }) => {
      const { pause } = await import("../control/tune_run.ts");
      await wholly(() => pause(kdamond, false, options));
    }),
  stop: async () =>
    wired((await import("../control/stop.ts")).STOP, async () => {
      const { stop } = await import("../control/stop_run.ts");
      await wholly(stop);
    }),
  args: async () => {
    const { ARGS, ARGS_DAMON } = await import("../control/args.ts");
    return group(ARGS, [
      wired(ARGS_DAMON, async (options, { target }) => {
        const { argsDamon } = await import("../control/args_run.ts");
        await argsDamon(target, options);
      }),
    ]);
  },
  module: async () => (await import("../module/nodes.ts")).moduleNode(),
  doctor: async () =>
    wired((await import("../doctor/doctor.ts")).DOCTOR, async (options) => {
      const { doctor } = await import("../doctor/run.ts");
      await doctor(options);
    }),
  workload: async () =>
    wired((await import("../demo/workload.ts")).WORKLOAD, async (_options, { args }, { command = [] }) => {
      const { runWorkload } = await import("../demo/lab_run.ts");
      await runWorkload([...args, ...command]);
    }),
  lab: async () =>
    wired((await import("../demo/lab.ts")).LAB, async (options, _args, { command }) => {
      const { runLab } = await import("../demo/lab_run.ts");
      await runLab(options, command);
    }),
  demo: async () =>
    wired((await import("../demo/demo.ts")).DEMO, async (options) => {
      const { demo, recordHere } = await import("../demo/run.ts");
      await (options.here ? recordHere : demo)(options);
    }),
  completion: async ({ whole }) =>
    wired((await import("./completion.ts")).COMPLETION, async (_options, { shell }) => {
      const { completionOf } = await import("./completion_run.ts");
      console.log(completionOf(shell, await whole()));
    }),
  help: async ({ whole }) =>
    wired((await import("./help.ts")).HELP, async (options, { words }) => {
      const { help } = await import("./help_run.ts");
      await help(await whole(), words, options);
    }),
};

/** Does a change of what DAMON does as a whole, whatever signals come. */
async function wholly(change: () => Promise<void>): Promise<void> {
  const { wholeChange } = await import("../control/whole_change.ts");
  await wholeChange(change);
}
