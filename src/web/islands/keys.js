// @ts-check
/*
 * Shortcuts. Everything that they do can be done without them; they can be switched off, and then stay off. And what of the keyboard
 * few need is loaded when it is needed: the commands beside forms, once somebody types into one.
 */

const root = document.body.dataset.root ?? "./";
const OFF = "almanac-keys-off";
const PLACES = new Map([
  ["o", ""],
  ["r", "r"],
  ["w", "wf"],
  ["t", "t"],
  ["g", "regressions"],
  ["k", "workers"],
  ["s", "schedules"],
  ["n", "new"],
  ["a", "accuracy"],
  ["u", "waste"],
  ["h", "hooks"],
  ["d", "deliveries"],
  ["c", "settings"],
]);

/** @type {[string, string][]} */
const HELP = [
  ["/", "search"],
  ["g o", "overview"],
  ["g r", "requests"],
  ["g w", "workflows"],
  ["g t", "tasks"],
  ["g g", "regressions"],
  ["g k", "workers"],
  ["g s", "schedules"],
  ["g n", "submit"],
  ["g a", "accuracy"],
  ["g u", "waste: what was unused"],
  ["g h", "hooks"],
  ["g d", "deliveries"],
  ["g c", "settings"],
  ["j", "next row"],
  ["k", "row before"],
  ["Enter", "open it"],
  [".", "what can be done"],
  ["m", "mark a regression: what is to be said of it"],
  ["[", "run of the same key before"],
  ["]", "run of the same key after, or the next part of a list"],
];

const [way] = performance.getEntriesByType("navigation");
if (/** @type {PerformanceNavigationTiming | undefined} */ (way)?.type === "back_forward") loadCommands(); // forms come back as they were typed
document.addEventListener("focusin", loadCommands);

function loadCommands() {
  if (document.querySelector("form code[data-command]") === null) return;
  document.removeEventListener("focusin", loadCommands);
  void import("./commands.js");
}

let isGoing = false;

document.addEventListener("keydown", (event) => {
  const target = /** @type {HTMLElement} */ (event.target); // keys are pressed on elements
  const isTyping = target.matches("input:not([type=range]), textarea, select");
  if (isTyping || event.ctrlKey || event.altKey || event.metaKey || isOff()) return;
  if (isGoing) {
    isGoing = false;
    const place = PLACES.get(event.key);
    if (place !== undefined) location.assign(new URL(root + place, location.href));
    return;
  }
  if (event.key === "g") isGoing = true;
  else if (event.key === "/") focusFirst(event, "search input");
  else if (event.key === "j" || event.key === "k") moveRow(event.key === "j" ? 1 : -1);
  else if (event.key === ".") focusFirst(event, "main .actions button");
  else if (event.key === "[" || event.key === "]") follow(event.key === "[" ? "prev" : "next");
  else if (event.key === "m") note(event);
  else if (event.key === "?") help();
});

/** @param {KeyboardEvent} event @param {string} what */
function focusFirst(event, what) {
  const found = document.querySelector(what);
  if (!(found instanceof HTMLElement)) return;
  event.preventDefault();
  found.focus();
}

/** To the field for what is to be said of a finding: on its page, or on that of the chosen row. @param {KeyboardEvent} event */
function note(event) {
  const row = document.activeElement;
  const isFinding = row instanceof HTMLAnchorElement && /\/regressions\/\d+$/.test(row.pathname);
  if (isFinding) location.assign(`${row.href}#note`);
  else focusFirst(event, "#note");
}

if (location.hash === "#note") document.getElementById("note")?.focus();

/** To what stands before or after it: the run of the same key, or the part of the list. @param {string} rel */
function follow(rel) {
  const link = document.querySelector(`a[rel=${rel}]`);
  if (link instanceof HTMLElement) link.click();
}

/** @param {number} step */
function moveRow(step) {
  const links = [...document.querySelectorAll("tbody th a")].filter((link) => link instanceof HTMLAnchorElement);
  const at = links.findIndex((link) => link === document.activeElement);
  links[Math.max(0, Math.min(links.length - 1, at + step))]?.focus();
}

const dialog = document.createElement("dialog");
const toggle = document.createElement("button");
makeHelp();

/** Lists the shortcuts, and switches them: also where they are off, by the button at the foot of the page. */
function help() {
  toggle.textContent = `Switch shortcuts ${isOff() ? "on" : "off"} in this browser`;
  dialog.showModal();
}

function isOff() {
  return localStorage.getItem(OFF) !== null;
}

function makeHelp() {
  dialog.setAttribute("aria-label", "Shortcuts");
  const list = document.createElement("ul");
  for (const [keys, meaning] of HELP) list.append(helpItem(keys, meaning));
  toggle.addEventListener("click", () => {
    if (isOff()) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "");
    dialog.close();
  });
  const close = document.createElement("button");
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  dialog.append(list, close, " ", toggle);
  const opener = document.createElement("button");
  opener.textContent = "Shortcuts";
  opener.addEventListener("click", help);
  document.body.append(dialog);
  document.querySelector("footer")?.append(opener);
}

/** @param {string} keys @param {string} meaning */
function helpItem(keys, meaning) {
  const item = document.createElement("li");
  for (const key of keys.split(" ")) {
    const shown = document.createElement("kbd");
    shown.textContent = key;
    item.append(shown, " ");
  }
  item.append(meaning);
  return item;
}
