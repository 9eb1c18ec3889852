// @ts-check
/*
 * Folds parts of a log up: the lines between the one that begins a part and the one that ends it, or begins the next. What is folded
 * up stays in the page: a search in the browser finds it, and opens its part.
 */

/** @type {WeakSet<HTMLElement>} */
const heeded = new WeakSet();

/** Gives lines that begin a part a button, and folds up what is between them as these say. @param {HTMLElement} box */
export function foldLines(box) {
  heed(box);
  let isFolded = false;
  for (const line of box.children) {
    if (!(line instanceof HTMLElement)) continue;
    const mark = line.dataset.section;
    if (mark === "begin") isFolded = buttonOf(line).ariaExpanded === "false";
    hide(line, isFolded && mark !== "begin");
    if (mark === "end") isFolded = false;
  }
}

/** Heeds the buttons, and what the browser finds; once. @param {HTMLElement} box */
function heed(box) {
  if (heeded.has(box)) return;
  heeded.add(box);
  box.addEventListener("click", ({ target }) => {
    if (target instanceof HTMLButtonElement && target.className === "fold")
      turn(box, target, target.ariaExpanded === "false");
  });
  box.addEventListener("beforematch", ({ target }) => {
    if (target instanceof HTMLElement) openAt(box, target);
  });
}

/** Opens the part in which a line is. @param {HTMLElement} box @param {Element} line */
export function openAt(box, line) {
  let before = /** @type {Element | null} */ (line);
  // ends: with the first line
  while (before instanceof HTMLElement && before.dataset.section !== "begin") before = before.previousElementSibling;
  if (before instanceof HTMLElement) turn(box, buttonOf(before), true);
}

/** @param {HTMLElement} box @param {HTMLButtonElement} button @param {boolean} isOpen */
function turn(box, button, isOpen) {
  show(button, isOpen);
  foldLines(box);
}

/** @param {HTMLElement} line */
function buttonOf(line) {
  const known = line.querySelector("button");
  if (known !== null) return known;
  const button = document.createElement("button");
  button.className = "fold";
  button.ariaLabel = "The lines of this part";
  show(button, true);
  line.firstElementChild?.after(button);
  return button;
}

/** @param {HTMLButtonElement} button @param {boolean} isOpen */
function show(button, isOpen) {
  button.ariaExpanded = String(isOpen);
  button.textContent = isOpen ? "▾" : "▸";
}

/** @param {HTMLElement} line @param {boolean} isHidden */
function hide(line, isHidden) {
  if (isHidden === line.hasAttribute("hidden")) return;
  if (isHidden) line.setAttribute("hidden", "until-found");
  else line.removeAttribute("hidden");
}
