import type { Intervals } from "../../damon/mod.ts";
import { describeNode, errorAt, type TextNode } from "./text_node.ts";

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
      const wrong = (why = "") => errorAt(node, `${name} must be ${need}, not ${describeNode(node)}${why}`);
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
        throw errorAt(node, `${name} must be ${listOf(words)}, not ${describeNode(node)}`);
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
        throw errorAt(node, `${name} must be ${need}, not ${describeNode(node)}`);
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
      if (node.kind !== "list") throw errorAt(node, `${outer} must be a list, not ${describeNode(node)}`);
      if (node.items.length < least) throw errorAt(node, `${outer} is empty`);
      return node.items.map((each) => item.read(each, name, scope));
    },
    write(values, scope) {
      return values.map((value) => needed(item.write(value, scope), name));
    },
  };
}

/** The value itself, or an error in the program: a form that must be able to say everything could not. */
export function needed<T>(value: T | undefined, name: string): T {
  if (value === undefined) {
    throw new TypeError(`There is no form for the value of ${name}`);
  }
  return value;
}

/** `a`, `a or b`, `a, b or c`. */
export function listOf(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
