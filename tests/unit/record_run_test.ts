import assert from "assert";
import { startCommand } from "../../cli/record_command.ts";
import { startMonitor } from "../../cli/record_run.ts";
import { KernelError } from "../../damon/mod.ts";
import { defaultRoots } from "../../kernel/roots.ts";

const gone = { start: () => Promise.reject(new KernelError("watch it", 3)) };

Deno.test("startMonitor says that a command ended before it could be watched, with its exit code", async () => {
  const argv = ["sh", "-c", "exit 3"];
  await using child = startCommand(argv, false);
  await child.exited;
  await assert.rejects(startMonitor(defaultRoots(), gone, { kind: "command", argv }, child), {
    message: "sh ended with exit code 3 before it could be watched: record what runs for longer",
  });
});

Deno.test("startMonitor says what the kernel says where the command still runs", async () => {
  const argv = ["sleep", "infinity"];
  await using child = startCommand(argv, false);
  await assert.rejects(startMonitor(defaultRoots(), gone, { kind: "command", argv }, child), KernelError);
});
