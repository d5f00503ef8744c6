import assert from "assert";
import { nameOnCommandLine } from "../../../../cli/terminal/naming.ts";
import { messageOf } from "../../../../cli/terminal/exit.ts";
import { BusyError, failed, KernelError, UnsupportedError } from "../../../../damon/model/errors.ts";
import { command, option, said, textOf } from "../../../../damon/model/said.ts";

Deno.test("an error names options and commands as the library does, and at the command line as one types them", () => {
  const error = failed(TypeError, {
    what: said`The page sampler (${option("monitor", "pages")}) watches processes`,
    why: "the target is memory",
    help: said`use ${option("monitor", "damon")}, or ${command("stop")}`,
  });
  assert.equal(
    error.message,
    'The page sampler (monitor: "pages") watches processes: the target is memory; use monitor: "damon", or stop()',
  );
  assert.equal(
    messageOf(error),
    "The page sampler (--monitor pages) watches processes: the target is memory; use --monitor damon, or damo stop",
  );
});

Deno.test("what is added to an error's message later is said at the command line too", () => {
  const error = new BusyError({ what: "busy", help: said`end it with: ${command("stop")}` });
  error.message += " (kdamond 1 of x.yaml)";
  assert.equal(messageOf(error), "busy; end it with: damo stop (kdamond 1 of x.yaml)");
  error.message = "other words";
  assert.equal(messageOf(error), "other words");
});

Deno.test("values are in the library's unit, and in the command line's form there", () => {
  for (
    const [named, library, line] of [
      [option("maxOverhead", 0.1), "maxOverhead: 0.1", "--max_overhead 10%"],
      [option("ringBytes", 4 << 20), "ringBytes: 4194304", "--ring 4M"],
      [option("timeoutMs", 10_000), "timeoutMs: 10000", "--timeout 10s"],
      [option("includeChildren"), "includeChildren", "--include_children"],
      [option("mount"), "the command line's option mount", "--mount"],
      [command("record", { target: "ongoing" }), 'record("ongoing")', "damo record --ongoing"],
      [
        command("record", { target: "PID", options: { monitor: "pages", includeChildren: true } }),
        'record(pid, { monitor: "pages", includeChildren: true })',
        "damo record --monitor pages --include_children PID",
      ],
      [
        command("module", { words: ["stat", "enable"] }),
        "the command damo module stat enable",
        "damo module stat enable",
      ],
    ] as const
  ) {
    assert.equal(textOf(said`${named}`), library);
    assert.equal(textOf(said`${named}`, nameOnCommandLine), line);
  }
});

Deno.test("errors keep their parts, those that are one text as well", () => {
  assert.deepEqual(new UnsupportedError("no DAMON", "damon").failure, { what: "no DAMON" });
  const refused = new KernelError("write on", 16, "/x", said`end it with: ${command("stop")}`);
  assert.equal(refused.message, "Cannot write on (/x): EBUSY, busy; end it with: stop()");
  assert.equal(messageOf(refused), "Cannot write on (/x): EBUSY, busy; end it with: damo stop");
});
