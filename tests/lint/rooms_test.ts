import assert from "assert";
import { between, cyclesOf, type Imports, importsOf, roomOf } from "./rooms.ts";

const PAGE = new URL("../../ARCHITECTURE.md", import.meta.url);
const imports = await importsOf();
const rooms = between(imports, roomOf);
const outer = between(imports, (path) => path.split("/")[0]);

/** An arrow where a room imports another one and does not come to it by a third: what is left out follows from the rest. */
function picture(): string {
  const direct = (from: string, room: string) =>
    ![...outer.get(from)!].some((between) => between !== room && outer.get(between)?.has(room));
  const arrows = [...outer].sort().flatMap(([from, to]) =>
    [...to].sort().filter((room) => direct(from, room)).map((room) => `  ${idOf(from)} --> ${idOf(room)}`)
  );
  const names = [...outer.keys()].sort().map((name) => `  ${idOf(name)}["${name}"]`);
  return ["```mermaid", "flowchart TD", ...names, ...arrows, "```"].join("\n");
}

/** Mermaid takes no dots in names. */
function idOf(name: string): string {
  return name.replace(/\W/g, "_");
}

/** Rooms that nothing imports before it is needed, so that they have no mod.ts to say it. */
const LOADED_LATER: Record<string, string> = {
  "cli": "The program: words of a command line in, exit code out.",
  "cli/convert":
    "Commands that make records of records, or say what is in them: convert, cat, cut, merge, adjust, info.",
  "cli/demo": "The demonstration, the workload generator and the lab, as commands.",
  "cli/doctor": "`damo doctor`: what works on this machine, as text.",
  "cli/module": "`damo module`: the kernel's DAMON modules.",
  "format/csv": "Records as CSV.",
  "format/jsonl": "Records as JSON lines.",
  "format/parquet": "Records as Parquet.",
  "cli/schemes": "`damo schemes`: applied, explained, shown as they run.",
};

/** Each room within another: what it is for, in its mod.ts's words, and which rooms it imports. */
async function table(): Promise<string> {
  const lines = ["| room | what it is for | imports |", "| --- | --- | --- |"];
  for (const room of [...rooms.keys()].sort()) {
    if (room.endsWith(".ts")) continue;
    const text = await Deno.readTextFile(new URL(`../../${room}/mod.ts`, import.meta.url)).catch(() => "");
    const words = /^\/\*\*\n([^]*?)\n \*\n/.exec(text)?.[1].replaceAll(/^ \* ?/gm, "").replaceAll("\n", " ");
    assert.ok(words ?? LOADED_LATER[room], `${room}/mod.ts says in its first lines what the room is for`);
    const to = [...rooms.get(room)!].filter((name) => name !== room).sort();
    lines.push(`| \`${room}\` | ${words ?? LOADED_LATER[room]} | ${to.map((name) => `\`${name}\``).join(", ")} |`);
  }
  return lines.join("\n");
}

/** The page with what stands between its marks made anew. */
async function made(page: string): Promise<string> {
  let text = page;
  for (const [name, content] of [["picture", picture()], ["rooms", await table()]]) {
    text = text.replace(
      new RegExp(`(<!-- ${name} -->)[^]*(<!-- /${name} -->)`),
      (_, begin, end) => `${begin}\n\n${content}\n\n${end}`,
    );
  }
  const formatter = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", "--ext=md", "--line-width=120", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = formatter.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  return new TextDecoder().decode((await formatter.output()).stdout);
}

Deno.test("the picture and the table of rooms in ARCHITECTURE.md are the imports as they are", async () => {
  const page = await Deno.readTextFile(PAGE);
  assert.match(page, /<!-- picture -->[^]*<!-- \/picture -->[^]*<!-- rooms -->[^]*<!-- \/rooms -->/);
  const expected = await made(page);
  if (Deno.env.get("UPDATE_GOLDEN") === "1") return await Deno.writeTextFile(PAGE, expected);
  assert.equal(page, expected, "made anew by: UPDATE_GOLDEN=1 deno test -A tests/lint/rooms_test.ts");
});

Deno.test("no room imports one that imports it, types and what is loaded when needed included", () => {
  assert.deepEqual(cyclesOf(rooms), []);
});

Deno.test("every file that runs lies in a room that the table names", () => {
  assert.ok(imports.size > 400, `${imports.size} files were found`);
  assert.deepEqual([...rooms.keys()].filter((room) => room.endsWith(".ts")), ["mod.ts"]);
});

Deno.test("cyclesOf finds a cycle of two, one round a corner, and none where there is none", () => {
  const graph = (edges: Record<string, string[]>): Imports =>
    new Map(Object.entries(edges).map(([from, to]) => [from, new Set(to)]));
  assert.deepEqual(cyclesOf(graph({ a: ["b"], b: ["a", "c"], c: [] })), [["a", "b"]]);
  assert.deepEqual(cyclesOf(graph({ a: ["b"], b: ["c"], c: ["a"], d: ["a"] })), [["a", "b", "c"]]);
  assert.deepEqual(cyclesOf(graph({ a: ["b", "c"], b: ["c"], c: [] })), []);
});
