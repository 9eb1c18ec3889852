// @ts-check
/*
 * Keeps the command beside a form up with what is typed into the form; `keys.js` loads it then. Without it, the command has words
 * in capitals for what the page does not know. As `parts/typed-command.ts` has it.
 */

/** @typedef {{ of: { field: string, word: string }[], between?: string, option?: string, isEachLine?: boolean, instead?: Record<string, string> }} Typed */

/** @param {HTMLFormElement} form */
function renew(form) {
  const data = new FormData(form);
  for (const code of form.querySelectorAll("code[data-command]")) {
    /** @type {(string | Typed)[]} */
    const parts = JSON.parse(/** @type {HTMLElement} */ (code).dataset.command ?? "[]");
    const texts = parts.map((part) => (typeof part === "string" ? part : textOf(part, data)));
    const command = `almanac ${texts.filter((text) => text !== "").join(" ")}`;
    if (code.textContent !== command) code.textContent = command;
  }
}

/**
 * @param {Typed} part
 * @param {FormData} data
 */
function textOf({ of, between = "", option, isEachLine, instead }, data) {
  const found = of.map(({ field }) => {
    const value = data.get(field);
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

/** @param {string} text */
function quoted(text) {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function renewAll() {
  for (const form of document.forms) renew(form);
}

document.addEventListener("input", ({ target }) => {
  const form = target instanceof Element ? target.closest("form") : null;
  if (form !== null) renew(form);
});
// what a browser kept of a form is there with the page; and what is new on it is the server's
document.addEventListener("almanac:changed", renewAll);
window.addEventListener("pageshow", renewAll);
renewAll();
