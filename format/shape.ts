import type { Intervals } from "../damon/mod.ts";
import { describeNode, entryOf, errorAt, type MapNode, type TextNode } from "./text_node.ts";

/** What JSON and YAML can say. */
export type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain };

/** JSON Schema, draft 7. */
export type JsonSchema = { [key: string]: Plain };

/** What the meaning of a value depends on besides itself. */
export interface Scope {
  /** Of the context: shares and times become counts by them. */
  intervals: Intervals;
  /** Write numbers in the kernel's units, as a program takes them. */
  raw?: boolean;
  /** Leave out what is as it would be anyway. */
  omitDefaults?: boolean;
}

/**
 * One form of a value: how it is read, how it is written, and its JSON Schema, from which editors know it. The three are
 * in one place, so that they cannot say different things.
 */
export interface Shape<T> {
  readonly schema: JsonSchema;
  /**
   * @param name What the value is, for messages.
   * @throws {SyntaxError} naming the place.
   */
  read(node: TextNode, name: string, scope: Scope): T;
  /** `undefined` where this form cannot say the value. */
  write(value: T, scope: Scope): Plain | undefined;
}

/** A value that is written as one word or number. */
export interface TextShape<T> {
  /** What is wanted, for messages: `a size, as 4K or 1.5G`. */
  need: string;
  /** What all its texts look like. */
  pattern?: RegExp;
  /** What numbers may be there: whole ones, any, or none. */
  numbers?: "integer" | "number";
  schema?: JsonSchema;
  /** @throws {SyntaxError} where it is no such value; {RangeError} with the reason: `which is more than …`. */
  parse(text: string, scope: Scope): T;
  format(value: T, scope: Scope): string | number | undefined;
}

/** The shape of a {@linkcode TextShape}. */
export function text<T>({ need, pattern, numbers, schema, parse, format }: TextShape<T>): Shape<T> {
  // Editors show the sentence, where they know the keyword, in place of the pattern.
  const shown = pattern && { pattern: pattern.source, patternErrorMessage: `It must be ${need}.` };
  const strings: JsonSchema = { type: "string", ...shown, ...schema };
  return {
    schema: numbers ? { anyOf: [strings, { type: numbers, minimum: 0 }] } : strings,
    read(node, name, scope) {
      const wrong = (why = "") => errorAt(node, `${name} must be ${need}: it is ${describeNode(node)}${why}`);
      const isText = node.kind === "scalar" && typeof node.value === "string";
      const isNumber = node.kind === "scalar" && typeof node.value === "number" &&
        (numbers === "number" || (numbers === "integer" && Number.isInteger(node.value)));
      if (!isText && !isNumber) throw wrong();
      if (pattern && !pattern.test(node.text)) throw wrong();
      try {
        return parse(node.text, scope);
      } catch (error) {
        if (error instanceof RangeError) throw wrong(`, ${error.message}`);
        if (error instanceof SyntaxError) throw wrong();
        throw error;
      }
    },
    write: format,
  };
}

/** One of some words. */
export function word<T extends string>(...words: readonly T[]): Shape<T> {
  return {
    schema: { enum: [...words] },
    read(node, name) {
      const found = node.kind === "scalar" ? words.find((word) => word === node.text) : undefined;
      if (found === undefined) {
        throw errorAt(node, `${name} must be ${listOf(words)}: it is ${describeNode(node)}`);
      }
      return found;
    },
    write: (value) => value,
  };
}

/** A shape's value as another one. */
export function mapped<A, B>(
  shape: Shape<A>,
  to: (value: A, node: TextNode, scope: Scope) => B,
  from: (value: B, scope: Scope) => A | undefined,
): Shape<B> {
  return {
    schema: shape.schema,
    read: (node, name, scope) => to(shape.read(node, name, scope), node, scope),
    write(value, scope) {
      const other = from(value, scope);
      return other === undefined ? undefined : shape.write(other, scope);
    },
  };
}

/** The first of some forms that fits: for a word, for a map, for a list. */
export function either<T>(forms: { scalar?: Shape<T>; map?: Shape<T>; list?: Shape<T> }, need: string): Shape<T> {
  const all = Object.values(forms);
  return {
    schema: { anyOf: all.map(({ schema }) => schema) },
    read(node, name, scope) {
      const form = forms[node.kind];
      if (!form || (node.kind === "scalar" && node.value === null)) {
        throw errorAt(node, `${name} must be ${need}: it is ${describeNode(node)}`);
      }
      return form.read(node, name, scope);
    },
    write(value, scope) {
      for (const form of all) {
        const plain = form.write(value, scope);
        if (plain !== undefined) return plain;
      }
      return undefined;
    },
  };
}

/** A list of what has all the same shape. */
export function list<T>(item: Shape<T>, name: string, least = 0): Shape<T[]> {
  return {
    schema: { type: "array", items: item.schema, ...(least > 0 && { minItems: least }) },
    read(node, outer, scope) {
      if (node.kind !== "list") throw errorAt(node, `${outer} must be a list: it is ${describeNode(node)}`);
      if (node.items.length < least) throw errorAt(node, `${outer} must not be empty: it is`);
      return node.items.map((each) => item.read(each, name, scope));
    },
    write(values, scope) {
      return values.map((value) => needed(item.write(value, scope), name));
    },
  };
}

/** One key of a map. `T` is what the map is about. */
export interface Row<T> {
  key: string;
  /** What it is, for editors. */
  doc: string;
  // Each row has its own type of value, known only where the row is made.
  shape: Shape<unknown>;
  get(of: T): unknown;
  set(into: Partial<T>, value: unknown): void;
  /** Must be there. */
  isNeeded?: boolean;
  /** What a missing key stands for; without it, nothing. */
  missing?: unknown;
  /** Write nothing where the value is {@linkcode missing}: always, or where what is as it would be anyway is left out. */
  omit?: "always" | "asked";
  /** Names that older files have. */
  formerly?: readonly string[];
}

/** A row for one property. */
export function row<T, K extends keyof T & string>(
  key: string,
  property: K,
  shape: Shape<NonNullable<T[K]>>,
  doc: string,
  rest: Pick<Row<T>, "isNeeded" | "omit" | "formerly"> & { missing?: T[K] } = {},
): Row<T> {
  return {
    key,
    doc,
    shape: shape as Shape<unknown>,
    get: (of) => of[property],
    set: (into, value) => into[property] = value as T[K],
    ...rest,
  };
}

/** What a map is, beside its rows. */
export interface RecordShape<T> {
  /** For messages: `a scheme`. */
  name: string;
  rows: readonly Row<T>[];
  /** Take no notice of keys that are in no row, or have no value: files of other programs have more than we know. */
  isOpen?: boolean;
  /** What rows can read by, once earlier rows are read. */
  scope?(of: Partial<T>, scope: Scope): Scope;
  /** Makes the value of what the rows gave. Errors name the place. */
  finish?(of: T, node: MapNode, scope: Scope): T;
}

/** A map whose keys are known. Rows are read in the table's order, whatever the text's is. */
export function record<T extends object>({ name, rows, isOpen, scope, finish }: RecordShape<T>): Shape<T> {
  const needed = rows.filter(({ isNeeded }) => isNeeded).map(({ key }) => key);
  return {
    schema: {
      type: "object",
      properties: Object.fromEntries(rows.map(({ key, doc, shape, missing }) => [key, {
        description: doc,
        ...shape.schema,
        ...defaultOf(shape, missing),
      }])),
      ...(needed.length > 0 && { required: needed }),
      additionalProperties: isOpen ?? false,
    },
    read(node, outer, given) {
      if (node.kind !== "map") throw errorAt(node, `${outer} must be a map: it is ${describeNode(node)}`);
      if (!isOpen) refuseUnknown(node, name, rows.map(({ key }) => key));
      const value: Partial<T> = {};
      for (const row of rows) {
        const entry = [row.key, ...row.formerly ?? []].map((key) => entryOf(node, key, isOpen)).find(Boolean);
        if (entry) {
          row.set(value, row.shape.read(entry.value, row.key, scope?.(value, given) ?? given));
        } else if (row.missing !== undefined) {
          row.set(value, structuredClone(row.missing));
        } else if (row.isNeeded) {
          throw errorAt(node, `${name} must have ${row.key}: it has ${keysOf(node)}`);
        }
      }
      return finish ? finish(value as T, node, given) : value as T;
    },
    write(value, given) {
      const plain: { [key: string]: Plain } = {};
      const at = scope?.(value, given) ?? given;
      for (const row of rows) {
        const property = row.get(value);
        if (property === undefined) continue;
        const omits = row.omit === "always" || (row.omit === "asked" && given.omitDefaults);
        if (omits && isSame(property, row.missing)) continue;
        const written = row.shape.write(property, at);
        if (written === undefined) return undefined;
        plain[row.key] = written;
      }
      return plain;
    },
  };
}

/** The value itself, or an error in the program: a form that must be able to say everything could not. */
export function needed<T>(value: T | undefined, name: string): T {
  if (value === undefined) {
    throw new TypeError(`Cannot write ${name} as it must have a form for its value: there is none`);
  }
  return value;
}

function defaultOf(shape: Shape<unknown>, missing: unknown): JsonSchema {
  if (missing === undefined) return {};
  const written = shape.write(missing, { intervals: { sampleUs: 5000, aggrUs: 100_000, updateUs: 1_000_000 } });
  return written === undefined ? {} : { default: written };
}

function refuseUnknown(node: MapNode, name: string, known: readonly string[]): void {
  for (const { key, place } of node.entries) {
    if (!known.includes(key)) {
      const similar = known.find((other) => distance(key, other) <= 2);
      throw errorAt(
        { place },
        `${name} has no ${JSON.stringify(key)}: ${
          similar ? `did you mean ${similar}?` : `it can have ${known.join(", ")}`
        }`,
      );
    }
  }
}

/** How many letters must be changed, added or taken away to make one word of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= Math.min(a.length, 40); i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return a.length > 40 ? 40 : row[b.length];
}

function keysOf(node: MapNode): string {
  return node.entries.length === 0 ? "no key" : `only ${node.entries.map(({ key }) => key).join(", ")}`;
}

/** `a`, `a or b`, `a, b or c`. */
export function listOf(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
