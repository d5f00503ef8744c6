/**
 * A plugin of `deno lint` that keeps the rooms of this project apart: who may import whom, and what is done in one room only.
 *
 * @module
 */

/** Room → the rooms it may import besides itself. The root (mod.ts) is "."; a file anywhere else is in no room. */
const ROOMS: Record<string, readonly string[]> = {
  damon: [],
  format: ["damon"],
  report: ["damon"],
  draw: ["damon"],
  ffi: ["damon"],
  kernel: ["damon", "ffi"],
  live: ["damon", "format", "kernel"],
  notebook: [".", "damon", "format", "report", "draw", "kernel", "live"],
  ".": ["damon", "format", "report", "draw", "ffi", "kernel", "live", "notebook"],
  cli: [".", "damon", "format", "report", "draw", "ffi", "kernel", "live", "notebook"],
  examples: ["."],
  tests: [".", "damon", "format", "report", "draw", "ffi", "kernel", "live", "notebook", "cli"],
};

/** Rooms that are words and arithmetic: no package but these, nothing of the system. */
const PURE = ["damon", "report"];
const PURE_PACKAGES = ["get-east-asian-width"];

/** The most lines a file has. */
const MAX_LINES = 400;

/** Names that say nothing about what is in the file. */
const EMPTY_NAMES = ["util", "utils", "helper", "helpers", "manager", "info", "data", "common", "misc"];

/** Rooms that have rooms within them. What lies in such a room itself is its `mod.ts`, or (in cli/) the program. */
export const DIVIDED = ["damon", "format", "report", "kernel", "cli"];

const ROOT = new URL("../..", import.meta.url);

/** Path in the checkout; a relative one is taken as such already. */
function pathOf(filename: string): string {
  return filename.startsWith(ROOT.pathname) ? filename.slice(ROOT.pathname.length) : filename;
}

function roomOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.indexOf("/")) : ".";
}

/** The innermost room: `report/heatmap`; for a room that is not divided, the room. */
function innerRoomOf(path: string): string {
  const [room, inner, file] = path.split("/");
  return DIVIDED.includes(room) && file !== undefined ? `${room}/${inner}` : roomOf(path);
}

/** A rule that looks at the files for which `applies` says so. */
function rule(
  applies: (room: string) => boolean,
  create: (context: Deno.lint.RuleContext, path: string) => Deno.lint.LintVisitor,
): Deno.lint.Rule {
  return {
    create(context) {
      const path = pathOf(context.filename);
      return applies(roomOf(path)) ? create(context, path) : {};
    },
  };
}

/** Everywhere but in the named rooms and in the tests. */
const outside = (...rooms: string[]) => (room: string) => room !== "tests" && !rooms.includes(room);

/** Reports every use of `object.name`, also as `object["name"]` and as `const { name } = object`. */
function uses(
  context: Deno.lint.RuleContext,
  object: string,
  name: string | undefined,
  message: string,
): Deno.lint.LintVisitor {
  const named = (node: Deno.lint.Node) =>
    name === undefined || node.type === "Identifier" && node.name === name ||
    node.type === "Literal" && node.value === name;
  return {
    MemberExpression(node) {
      if (node.object.type === "Identifier" && node.object.name === object && named(node.property)) {
        context.report({ node, message });
      }
    },
    VariableDeclarator(node) {
      if (node.init?.type !== "Identifier" || node.init.name !== object || node.id.type !== "ObjectPattern") return;
      for (const property of node.id.properties) {
        if (property.type === "RestElement" || named(property.key)) context.report({ node: property, message });
      }
    },
  };
}

const importsRule = rule(() => true, (context, path) => {
  const from = roomOf(path);
  const allowed = ROOMS[from];
  const check = (node: Deno.lint.Node, source: Deno.lint.Node | null, lazy = false) => {
    if (source?.type !== "Literal" || typeof source.value !== "string") return;
    const specifier = source.value;
    if (!allowed) {
      context.report({
        node,
        message: `${from}/ is in no room: list what it may import in tests/lint/layers.ts`,
      });
    } else if (!/^\.\.?\//.test(specifier)) {
      if (PURE.includes(from) && !PURE_PACKAGES.includes(specifier)) {
        context.report({
          node,
          message: `${from}/ is pure and imports no package: ${specifier} is one`,
        });
      }
    } else {
      const target = new URL(specifier, new URL(path, ROOT)).pathname;
      const to = target.startsWith(ROOT.pathname) ? roomOf(pathOf(target)) : "..";
      if (to !== from && !allowed.includes(to)) {
        const may = allowed.length ? allowed.join(", ") : "no other folder";
        context.report({ node, message: `${from}/ may import ${may}, and ${specifier} is in ${to}/` });
        return;
      }
      const file = pathOf(target);
      if (lazy || from === "tests" || to === "." || file.endsWith("/mod.ts") || !file.endsWith(".ts")) return;
      const inner = innerRoomOf(file);
      if (inner !== innerRoomOf(path)) {
        context.report({
          node,
          message: `${specifier} is inside ${inner}/: import ${inner}/mod.ts, and export there what is used`,
        });
      }
    }
  };
  return {
    ImportDeclaration: (node) => check(node, node.source),
    ExportAllDeclaration: (node) => check(node, node.source),
    ExportNamedDeclaration: (node) => check(node, node.source),
    // What is loaded only when it is needed is a file, and not all of its room.
    ImportExpression: (node) => check(node, node.source, true),
    TSImportType: (node) => check(node, node.argument.type === "TSLiteralType" ? node.argument.literal : node.argument),
  };
});

const pathsRule = rule(outside("kernel"), (context) => {
  const message = "Only kernel/ names paths below /sys and /proc: take it from kernel/machine/roots.ts";
  const isPath = (text: string) => /(^|[^\w.:/])\/(sys|proc)(\/|$)/.test(text);
  return {
    Literal(node) {
      if (typeof node.value === "string" && isPath(node.value)) context.report({ node, message });
    },
    TemplateElement(node) {
      if (isPath(node.cooked)) context.report({ node, message });
    },
  };
});

/** Rooms whose texts leave to others how options and commands are named. */
const NAMELESS = ["damon", "format", "report", "ffi", "kernel", "live", "notebook", "draw"];

const COMMAND =
  /\bdamo (?:args|cat|convert|cut|demo|doctor|fmt|help|lab|merge|module|monitor|record|report|resume|schemes|start|status|stop|trace|tune|validate|workload)\b/;

/** An option or a command of the command line in a text that a program may read as well. */
const wordsRule = rule((room) => NAMELESS.includes(room), (context) => {
  const message = "Only cli/ names options and commands: use option() or command() of damon/model/said.ts";
  const isNamed = (text: string) => /(^|[^\w-])--[a-z]/.test(text) || COMMAND.test(text);
  return {
    Literal(node) {
      if (typeof node.value === "string" && isNamed(node.value)) context.report({ node, message });
    },
    TemplateElement(node) {
      if (isNamed(node.cooked)) context.report({ node, message });
    },
  };
});

const sizeRule = rule(() => true, (context, path) => ({
  Program(node) {
    const lines = context.sourceCode.text.trimEnd().split("\n").length;
    if (lines > MAX_LINES) {
      context.report({
        node,
        message: `${lines} lines, and ${MAX_LINES} are the most: split it by what it does`,
      });
    }
    const name = path.slice(path.lastIndexOf("/") + 1);
    const stem = name.replace(/(_test)?\.[a-z]+$/, "");
    if (!/^[a-z0-9]+(_[a-z0-9]+)*$/.test(stem) || EMPTY_NAMES.includes(stem)) {
      context.report({ node, message: `A file is named after its main symbol, in snake_case: ${name} is not` });
    }
  },
}));

/** What lies in a divided room itself, outside the rooms within. */
const roomsRule = rule((room) => DIVIDED.includes(room), (context, path) => ({
  Program(node) {
    if (innerRoomOf(path).includes("/") || path.endsWith("/mod.ts") || path === "cli/damo.ts") return;
    context.report({
      node,
      message: `${roomOf(path)}/ is divided into rooms: put this into one of them`,
    });
  },
}));

/** The rules of this project's architecture; `deno.json` names this file under `lint.plugins`. */
const plugin: Deno.lint.Plugin = {
  name: "damo",
  rules: {
    "imports": importsRule,
    "rooms": roomsRule,
    "paths": pathsRule,
    "words": wordsRule,
    "dlopen": rule(
      outside("ffi"),
      (context) => uses(context, "Deno", "dlopen", "Only ffi/ opens native code: call a function of ffi/"),
    ),
    "console": rule(
      outside("cli", "examples"),
      (context) => uses(context, "console", undefined, "Only cli/ prints: return it, or throw an error"),
    ),
    "exit": rule(
      outside("cli", "examples"),
      (context) => uses(context, "Deno", "exit", "Only cli/ exits: throw an error"),
    ),
    "pure": rule(
      (room) => PURE.includes(room),
      (context) => uses(context, "Deno", undefined, `${PURE.join("/ and ")}/ are pure: they use nothing of the system`),
    ),
    "size-and-name": sizeRule,
  },
};

export default plugin;
