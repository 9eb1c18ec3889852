import type { VNode } from "preact";
import { element as e } from "../element.ts";
import { commandText, type CommandPart, type TypedPart } from "../islands/command-text.js";

export type { CommandPart } from "../islands/command-text.js";

/** One field, as a word of the command; `word` stands for it while nothing is typed. */
export function typed(field: string, word: string, more: Omit<TypedPart, "of"> = {}): TypedPart {
  return { of: [{ field, word }], ...more };
}

/**
 * The command that does the same as a form, with what stands in its fields. `islands/commands.js` keeps it up with what is typed;
 * without a script, words in capitals stand for what the page does not know.
 */
export function typedCommand(parts: readonly CommandPart[], values: Readonly<Record<string, unknown>> = {}): VNode {
  const isTyped = parts.some((part) => typeof part !== "string");
  const text = `almanac ${commandOf(parts, values)}`;
  if (isTyped) return e("code", { class: "quiet", "data-command": JSON.stringify(parts) }, text);
  // a browser would end a line behind the dashes of an option
  const words = text
    .split(/(?<= )(--[\w-]+)/)
    .map((word, at) => (at % 2 === 1 ? e("span", { class: "option" }, word) : word));
  return e("code", { class: "quiet" }, ...words);
}

/** The command for these values of the fields. */
export function commandOf(parts: readonly CommandPart[], values: Readonly<Record<string, unknown>>): string {
  return commandText(parts, (field) => values[field]);
}
