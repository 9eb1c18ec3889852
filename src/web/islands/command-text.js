// @ts-check
/*
 * How a command beside a form is worded. Plain JavaScript, because the server words it for a page (`parts/typed-command.ts`) and
 * the browser anew while somebody types (`commands.js`).
 */

/**
 * What is typed into a form, as a part of a command.
 * @typedef {object} TypedPart
 * @property {readonly { field: string, word: string }[]} of together one word of the command; `word` stands where nothing is typed
 * @property {string} [between] between them
 * @property {string} [option] before it; while nothing is typed, both are left out
 * @property {boolean} [isEachLine] each line that is typed is a word of its own
 * @property {Readonly<Record<string, string>>} [instead] what stands for each value, where that is not the value itself; for others nothing
 */

/**
 * Text as it is, and what is typed.
 * @typedef {string | TypedPart} CommandPart
 */

/**
 * The command for what stands in the fields; those that are not there are empty.
 * @param {readonly CommandPart[]} parts
 * @param {(field: string) => unknown} valueOf
 */
export function commandText(parts, valueOf) {
  const texts = parts.map((part) => (typeof part === "string" ? part : textOf(part, valueOf)));
  return texts.filter((text) => text !== "").join(" ");
}

/** @param {TypedPart} part @param {(field: string) => unknown} valueOf */
function textOf({ of, between = "", option, isEachLine, instead }, valueOf) {
  const found = of.map(({ field }) => {
    const value = valueOf(field);
    return typeof value === "string" ? value.trim() : "";
  });
  if (instead !== undefined) return instead[found[0] ?? ""] ?? "";
  if (option !== undefined && found.every((value) => value === "")) return "";
  const whole = of.map(({ word }, index) => found[index] || word).join(between);
  const words = isEachLine === true ? whole.split("\n").map((line) => line.trim()) : [whole];
  return words
    .filter((word) => word !== "")
    .map((word) => (option === undefined ? quoted(word) : `${option} ${quoted(word)}`))
    .join(" ");
}

/**
 * A word of a shell's command line.
 * @param {string} text
 */
export function quoted(text) {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
