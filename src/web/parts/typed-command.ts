import type { VNode } from "preact";
import { element as e } from "../element.ts";
import { quoted } from "./links.ts";

/** What is typed into a field of the form, and the word that stands for it while nothing is. */
type TypedField = { field: string; word: string };

/** What is typed into a form, as a part of a command. */
type TypedPart = {
  /** Together they are one word of the command, with `between` between them. */
  of: readonly TypedField[];
  between?: string;
  /** Before it; while nothing is typed, both are left out. */
  option?: string;
  /** Each line that is typed is a word of its own. */
  isEachLine?: boolean;
  /** What stands for each value, where that is not the value itself; empty: nothing does. */
  instead?: Readonly<Record<string, string>>;
};

/** A command beside a form: text as it is, and what is typed. */
export type CommandPart = string | TypedPart;

/** One field, as a word of the command. */
export function typed(field: string, word: string, more: Omit<TypedPart, "of"> = {}): TypedPart {
  return { of: [{ field, word }], ...more };
}

/**
 * The command that does the same as a form, with what stands in its fields. `islands/commands.js` keeps it up with what is typed;
 * without a script, words in capitals stand for what the page does not know.
 */
export function typedCommand(parts: readonly CommandPart[], values: Readonly<Record<string, unknown>> = {}): VNode {
  const isTyped = parts.some((part) => typeof part !== "string");
  return e(
    "code",
    { class: "quiet", "data-command": isTyped ? JSON.stringify(parts) : undefined },
    `almanac ${commandOf(parts, values)}`,
  );
}

/** What the island says for these values: `test/web/typed-command.test.ts` compares them. */
export function commandOf(parts: readonly CommandPart[], values: Readonly<Record<string, unknown>>): string {
  const texts = parts.map((part) => (typeof part === "string" ? part : textOf(part, values)));
  return texts.filter((text) => text !== "").join(" ");
}

function textOf(
  { of, between = "", option, isEachLine, instead }: TypedPart,
  values: Readonly<Record<string, unknown>>,
): string {
  const found = of.map(({ field }) => {
    const value = values[field];
    return typeof value === "string" ? value.trim() : "";
  });
  const isEmpty = found.every((value) => value === "");
  if (instead !== undefined) return instead[found[0] ?? ""] ?? "";
  if (option !== undefined && isEmpty) return "";
  const whole = of.map(({ word }, index) => found[index] || word).join(between);
  const words = isEachLine === true ? whole.split("\n").map((line) => line.trim()) : [whole];
  return words
    .filter((word) => word !== "")
    .map((word) => (option === undefined ? quoted(word) : `${option} ${quoted(word)}`))
    .join(" ");
}
