// @ts-check
import { commandText } from "./command-text.js";

/*
 * Keeps the command beside a form up with what is typed into the form; `keys.js` loads it then. Without it, the command has words
 * in capitals for what the page does not know.
 */

/** @param {HTMLFormElement} form */
function renew(form) {
  const data = new FormData(form);
  for (const code of form.querySelectorAll("code[data-command]")) {
    /** @type {import("./command-text.js").CommandPart[]} */
    const parts = JSON.parse(/** @type {HTMLElement} */ (code).dataset.command ?? "[]");
    const command = `almanac ${commandText(parts, (field) => data.get(field))}`;
    if (code.textContent !== command) code.textContent = command;
  }
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
