import assert from "assert";
import fc from "../../../fast_check.ts";
import { DAMON_OPTIONS } from "../../../../cli/options/damon_option_table.ts";
import type { DamonOptions } from "../../../../damon/options/mod.ts";
import { checkKdamond, DEFAULT_INTERVALS, type Kdamond, kdamondsOf, optionsOf } from "../../../../damon/mod.ts";
import { formatKdamondsJson, formatKdamondsYaml, parseKdamonds } from "../../../../format/config/kdamonds.ts";
import { parseSchemes } from "../../../../format/config/schemes.ts";
import { isEngineMessage } from "../../../../damon/text/engine_message.ts";
import { damonCommandLine } from "../../../damon_command_line.ts";
import { arbitraryKdamonds } from "../../../kdamonds.ts";

/** Fails unless `run` gives a value, or says what is wrong by one of the errors that are for that. */
async function valueOrRefusal<T>(
  run: () => T | Promise<T>,
  names: readonly string[],
  text: string,
): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    assert.ok(error instanceof Error && names.includes(error.name), `${text}\n${(error as Error).stack}`);
    // A sentence of ours, not the engine's.
    assert.match(error.message, /^\S.* \S/, text);
    assert.ok(!isEngineMessage(error.message), `${text}\n${error.message}`);
    return undefined;
  }
}

/** What passes its checks can be written and read back, whatever it came from. */
async function assertWritable(kdamonds: Kdamond[], text: string): Promise<void> {
  try {
    kdamonds.forEach(checkKdamond);
  } catch (error) {
    assert.ok(error instanceof RangeError, `${text}\n${(error as Error).stack}`);
    return;
  }
  // 0 stands for a process that is yet to be started; no file says so.
  if (kdamonds.some(({ contexts }) => contexts.some(({ targets }) => targets.some(({ pid }) => pid === 0)))) return;
  assert.deepEqual(await parseKdamonds(await formatKdamondsYaml(kdamonds), "x.yaml"), kdamonds, text);
}

/** Cuts out, doubles or changes some of a text. */
const edits = fc.array(
  fc.record({
    at: fc.nat(),
    length: fc.nat({ max: 12 }),
    text: fc.oneof(
      fc.string({ maxLength: 4 }),
      fc.constantFrom("0", "9", "max", "%", "..", "{", "}", ":", ",", "-", "\n", "  ", "&a", "*a", "1e9", "null"),
    ),
  }),
  { minLength: 1, maxLength: 3 },
);
function edited(text: string, changes: readonly { at: number; length: number; text: string }[]): string {
  return changes.reduce((text, { at, length, text: put }) => {
    const from = at % (text.length + 1);
    return text.slice(0, from) + put + text.slice(from + length);
  }, text);
}

Deno.test("parseKdamonds gives a value or a SyntaxError for any text", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.string({ maxLength: 200 }), fc.json(), fc.string({ unit: "binary" })),
      async (text) => {
        await valueOrRefusal(() => parseKdamonds(text, "x"), ["SyntaxError"], text);
        await valueOrRefusal(() => parseSchemes(text, "x", DEFAULT_INTERVALS), ["SyntaxError"], text);
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("parseKdamonds gives a value or a SyntaxError for what is nearly right", async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryKdamonds({ maxLength: 1 }), fc.boolean(), edits, async (kdamonds, isYaml, edits) => {
      const text = edited(isYaml ? await formatKdamondsYaml(kdamonds) : formatKdamondsJson(kdamonds), edits);
      const found = await valueOrRefusal(() => parseKdamonds(text, "x"), ["SyntaxError"], text);
      if (found) await assertWritable(found, text);
    }),
    { numRuns: 300 },
  );
});

Deno.test("parseSchemes gives a value or a SyntaxError for lines that are nearly right", async () => {
  const lines =
    "#min max ...\n4K max 0 5% 60s max pageout 10ms 100M 1s 0 30 70 free_mem_rate 5s 500 400 200\nmin max 0 0 0 max stat\n";
  await fc.assert(
    fc.asyncProperty(edits, async (edits) => {
      const text = edited(lines, edits);
      await valueOrRefusal(() => parseSchemes(text, "x", DEFAULT_INTERVALS), ["SyntaxError"], text);
    }),
    { numRuns: 300 },
  );
});

function parseArguments(argv: readonly string[]): Kdamond[] {
  let words: DamonOptions;
  try {
    ({ words } = damonCommandLine(argv));
  } catch (error) {
    // What is no option at all is commander's to say.
    if ((error as { code?: string }).code?.startsWith("commander.")) return [];
    throw error;
  }
  return kdamondsOf(words, { ramRanges: () => [], nodeRanges: () => [] });
}

Deno.test("kdamondsOf gives a value or says what is wrong for any options", async () => {
  const names = Object.keys(DAMON_OPTIONS).map((name) => `--${name}`);
  const word = fc.oneof(
    fc.constantFrom(...names),
    fc.constantFrom(
      "0",
      "1",
      "2",
      "-1",
      "max",
      "min",
      "5ms",
      "4K",
      "50%",
      "anon",
      "allow",
      "none",
      "memcg",
      "/a",
      "stat",
      "pageout",
    ),
    fc.constantFrom(
      "migrate_hot",
      "user_input",
      "node_mem_free_bp",
      "free_mem_rate",
      "7samples",
      "3intervals",
      "4G-5G",
      "paddr",
      "",
    ),
    fc.string({ maxLength: 5 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 20 }), async (argv) => {
      const found = await valueOrRefusal(
        () => parseArguments(argv),
        ["SyntaxError", "RangeError", "TypeError"],
        argv.join(" "),
      );
      if (found?.length) await assertWritable(found, argv.join(" "));
    }),
    { numRuns: 500 },
  );
});

Deno.test("kdamondsOf gives a value or says what is wrong for options that are nearly right", async () => {
  await fc.assert(
    fc.asyncProperty(
      arbitraryKdamonds({ maxLength: 2 }),
      fc.nat(),
      fc.nat({ max: 2 }),
      fc.string({ maxLength: 4 }),
      async (kdamonds, at, how, text) => {
        const argv = optionsOf(kdamonds).flatMap(([name, ...words]) => [`--${name}`, ...words]);
        if (how === 0) argv.splice(at % argv.length, 1);
        else if (how === 1) argv[at % argv.length] = text;
        else argv.push(...argv.slice(at % argv.length));
        const found = await valueOrRefusal(
          () => parseArguments(argv),
          ["SyntaxError", "RangeError", "TypeError"],
          argv.join(" "),
        );
        if (found?.length) await assertWritable(found, argv.join(" "));
      },
    ),
    { numRuns: 300 },
  );
});
