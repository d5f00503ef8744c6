import assert from "assert";
import { bashCompletion } from "../../../../cli/program/completion_bash.ts";
import { fishCompletion } from "../../../../cli/program/completion_fish.ts";
import { zshCompletion } from "../../../../cli/program/completion_zsh.ts";
import { commandEntries } from "../../../../cli/program/command_entry.ts";
import { TOPICS } from "../../../../cli/program/help_topics.ts";
import { manPage } from "../../../../cli/program/man_page.ts";
import { makeProgram } from "../../../../cli/program/program.ts";

const table = commandEntries((await makeProgram(undefined)).root);

/** What the program prints for a script on its standard input, or as its last argument. */
async function outputOf(program: string, args: string[], env: Record<string, string> = {}): Promise<string> {
  const { stdout, stderr, code } = await new Deno.Command(program, { args, env }).output();
  const text = new TextDecoder().decode(stdout);
  assert.equal(code, 0, `${program}: ${text}${new TextDecoder().decode(stderr)}`);
  return text;
}

async function withScript<T>(script: string, use: (path: string) => Promise<T>): Promise<T> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, script);
    return await use(path);
  } finally {
    await Deno.remove(path);
  }
}

/** Line so far → what is offered. */
const ASKED: readonly (readonly [line: string, offered: readonly string[], not: readonly string[]])[] = [
  ["damo re", ["record", "report"], ["status"]],
  ["damo report ", ["heatmap", "fidelity"], ["record"]],
  ["damo record --monitor pa", ["pages", "pages-exact"], ["damon"]],
  ["damo record pad", ["paddr"], ["ongoing"]],
  ["damo report heatmap --ti", ["--time_range"], ["--timeout"]],
  ["damo record --timeo", ["--timeout"], ["--time_range"]],
  ["damo features --j", ["--json"], ["--timeout"]],
  ["damo record -o /etc/host", ["/etc/hosts"], ["paddr"]],
  ["damo record -- tes", ["test"], ["--timeout"]],
];

Deno.test("bashCompletion offers commands, options, their values, files and, after --, programs", async () => {
  await withScript(bashCompletion(table), async (path) => {
    for (const [line, offered, not] of ASKED) {
      const words = line.split(" ").map((word) => `'${word}'`).join(" ");
      const script =
        `source ${path}; COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _damo; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const replies = (await outputOf("bash", ["--norc", "-c", script])).split("\n");
      for (const word of offered) assert.ok(replies.includes(word), `${line}: ${word} is not in ${replies}`);
      for (const word of not) assert.ok(!replies.includes(word), `${line}: ${word} is in ${replies}`);
    }
  });
});

Deno.test("fishCompletion offers commands, options, their values, files and, after --, programs", async () => {
  await withScript(fishCompletion(table), async (path) => {
    for (const [line, offered, not] of ASKED) {
      const replies = (await outputOf("fish", ["--no-config", "-c", `source ${path}; complete -C '${line}'`]))
        .split("\n").map((reply) => reply.split("\t")[0]);
      for (const word of offered) assert.ok(replies.includes(word), `${line}: ${word} is not in ${replies}`);
      for (const word of not) assert.ok(!replies.includes(word), `${line}: ${word} is in ${replies}`);
    }
  });
});

Deno.test("zshCompletion completes in an interactive zsh", async () => {
  await withScript(zshCompletion(table), async (path) => {
    for (const [line, offered] of ASKED.slice(0, 5)) {
      const wanted = offered.at(-1)!;
      // A terminal is read until what is wanted stands on it, or it has been silent for long.
      const script = `
zmodload zsh/zpty zsh/zselect
zpty z 'zsh -f -i'
zpty -w z 'PROMPT=ready; autoload -U compinit; compinit -u -D; source ${path}; print sour""ced'
all=; for i in {1..600}; do zpty -rt z out && all+=$out; [[ $all == *sourced* ]] && break; zselect -t 5; done
all=; zpty -w -n z '${line}'$'\\t\\t'
for i in {1..600}; do zpty -rt z out && all+=$out; [[ $all == *'${wanted}'* ]] && break; zselect -t 5; done
print -r -- "$all"`;
      const shown = await outputOf("zsh", ["-f", "-c", script], { TERM: "xterm", COLUMNS: "200" });
      assert.ok(shown.includes(wanted), `${line}: ${wanted} is not in ${shown}`);
    }
  });
});

Deno.test("manPage is a page that man takes without a warning, with every command and topic", async () => {
  await withScript(await manPage(table, TOPICS, "0.1.0"), async (path) => {
    const { stdout, stderr } = await new Deno.Command("man", {
      args: ["--warnings", "-l", path],
      env: { MANWIDTH: "80", LC_ALL: "C.UTF-8" },
    }).output();
    const page = new TextDecoder().decode(stdout);
    assert.equal(new TextDecoder().decode(stderr), "");
    for (const { path } of table.commands) assert.ok(page.includes(path.at(-1)!), path.join(" "));
    for (const { title } of TOPICS) assert.ok(page.includes(title.toUpperCase().split(",")[0]), title);
  });
});
