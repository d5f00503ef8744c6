import { checkKdamond, type Kdamond, optionsOf, outlineOf, withoutDefaults } from "../../damon/mod.ts";
import { WholeFile } from "../../format/bytes/mod.ts";
import { defaultRoots } from "../../kernel/machine/mod.ts";
import type { ArgsDamonOptions } from "./args.ts";
import { askedKdamonds, damonOptionsOf, readKdamondsFile } from "../damon/mod.ts";
import { shellWord } from "../terminal/mod.ts";

/**
 * `damo args damon`.
 *
 * @throws {SyntaxError} for text that does not parse, {RangeError} for values that no kernel takes.
 */
export async function argsDamon(target: string | undefined, options: ArgsDamonOptions): Promise<void> {
  const kdamonds = await changed(options, () => wanted(target, options));
  kdamonds.forEach(checkKdamond);
  const text = await textOf(kdamonds, options);
  if (options.out === "-") return console.log(text);
  try {
    using file = new WholeFile(options.out, false);
    file.write(new TextEncoder().encode(`${text}\n`));
    file.finish();
  } catch (error) {
    throw new RangeError(`Cannot write ${options.out}: ${(error as Error).message}; choose another file with -o FILE`);
  }
}

/** What the target and the options say. */
async function wanted(target: string | undefined, options: ArgsDamonOptions): Promise<Kdamond[]> {
  const roots = defaultRoots();
  if (target === undefined) {
    const isNamed = options.kdamonds !== undefined || Object.keys(damonOptionsOf(options)).length > 0;
    if (isNamed) return await askedKdamonds(roots, options, {});
    throw new TypeError("There are no parameters to print; name a target, a file or an option");
  }
  if (target === "paddr") return await askedKdamonds(roots, options, { target });
  if (/^\d+$/.test(target)) return await askedKdamonds(roots, options, { target: { pid: Number(target) } });
  if (/^\s*[[{]/.test(target) || /[./]/.test(target)) {
    if (options.kdamonds !== undefined) {
      throw new TypeError(`${target} and --kdamonds are each a whole configuration; name one`);
    }
    // A file's name, or the text itself, in the place of a target stands for --kdamonds.
    return await askedKdamonds(roots, { ...options, kdamonds: [[target]] }, {});
  }
  throw new TypeError(
    `${JSON.stringify(target)} is no target: a pid, paddr, or a file is; ` +
      "for a program, take the pid 1 and change it later",
  );
}

/** Kdamonds of another file, with what is wanted put to them, in place of one, or without one. */
async function changed(
  { add, replace, remove }: ArgsDamonOptions,
  wanted: () => Promise<Kdamond[]>,
): Promise<Kdamond[]> {
  if ([add, replace, remove].filter((each) => each !== undefined).length > 1) {
    throw new TypeError("--add, --replace and --remove exclude each other; use one");
  }
  if (add !== undefined) return [...await readKdamondsFile(add), ...await wanted()];
  const [name, words] = replace !== undefined ? ["--replace", replace] : ["--remove", remove];
  if (words === undefined) return await wanted();
  const [file, index] = words;
  if (words.length !== 2 || !/^\d+$/.test(index)) {
    throw new TypeError(
      `${name} takes a file and the index of a kdamond, not ${words.join(" ")}`,
    );
  }
  const kdamonds = await readKdamondsFile(file);
  if (kdamonds[Number(index)] === undefined) {
    throw new RangeError(`${file} has no kdamond ${index} for ${name}: it has ${kdamonds.length}`);
  }
  return kdamonds.toSpliced(Number(index), 1, ...(replace !== undefined ? await wanted() : []));
}

async function textOf(kdamonds: readonly Kdamond[], options: ArgsDamonOptions): Promise<string> {
  const { format, raw = false, omit_defaults: omitDefaults = false } = options;
  const shortest = omitDefaults ? kdamonds.map(withoutDefaults) : kdamonds;
  switch (format) {
    case "json": {
      const { formatKdamondsJson } = await import("../../format/config/kdamonds_json.ts");
      return formatKdamondsJson(shortest, { raw, omitDefaults });
    }
    case "yaml": {
      const { formatKdamondsYaml } = await import("../../format/config/kdamonds_yaml.ts");
      const { schemaPlace } = await import("../../format/config/kdamonds_schema.ts");
      return (await formatKdamondsYaml(shortest, { raw, omitDefaults, schema: schemaPlace() })).trimEnd();
    }
    case "options":
      return commandLineOf(kdamonds);
    default:
      return kdamonds.flatMap((kdamond, k) => outlineOf(kdamond, k)).join("\n");
  }
}

/** Options as a shell takes them, some on a line. */
export function commandLineOf(kdamonds: readonly Kdamond[]): string {
  const lines: string[] = [];
  for (const [name, ...words] of optionsOf(kdamonds)) {
    const text = [`--${name}`, ...words].map((word) => shellWord(word)).join(" ");
    const last = lines.at(-1);
    if (last !== undefined && last.length + text.length < 100 && !/^--(?:ops|target_pid|damos_action)/.test(text)) {
      lines[lines.length - 1] = `${last} ${text}`;
    } else lines.push(text);
  }
  return lines.join(" \\\n  ");
}
