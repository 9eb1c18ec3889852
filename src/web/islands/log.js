// @ts-check
/*
 * Reads on in a log: lines before and after come when the reader gets near them, and new ones at the end of a log that
 * grows. Never more of it is in the page than a browser can bear.
 */

const MOST_LINES = 5_000;
const NEAR_PIXELS = 600;
const LINE_PIXELS = 24;

/**
 * `follows`: the reader is at the end of a log that was asked for from its end.
 * @typedef {{ box: HTMLElement, shown: HTMLElement, news: HTMLButtonElement, total: number, follows: boolean, isReading: boolean }} Reading
 */

const lines = document.getElementById("log");
if (lines === null || !goToHash(lines)) beginWhereItIs();
// of a log in which nothing stood yet
document.addEventListener("almanac:changed", beginWhereItIs);

function beginWhereItIs() {
  const box = document.getElementById("log");
  const shown = document.getElementById("shown");
  if (box !== null && shown !== null && box.dataset.own === undefined) begin(box, shown);
}

/** @param {HTMLElement} box @param {HTMLElement} shown */
function begin(box, shown) {
  box.dataset.own = "";
  shown.dataset.own = "";
  const news = document.createElement("button");
  news.className = "news";
  news.hidden = true;
  news.dataset.keep = "";
  news.addEventListener("click", () => location.assign(endAddress()));
  box.after(news);
  const follows = box.dataset.end !== undefined;
  /** @type {Reading} */
  const reading = { box, shown, news, total: Number(box.dataset.total), follows, isReading: false };
  fold(box);
  if (follows) box.scrollTop = box.scrollHeight;
  box.addEventListener("scroll", () => look(reading));
  document.addEventListener("almanac:fresh", (event) => {
    const fresh = /** @type {CustomEvent<Document>} */ (event).detail.getElementById("log"); // as live.js makes it
    if (fresh !== null) takeFresh(reading, fresh);
  });
  window.addEventListener("hashchange", () => goToHash(box));
  // whoever is at the edge cannot scroll over it
  look(reading);
}

/** Says what is shown, and what is not yet. @param {Reading} reading */
function tell({ box, shown, news, total, follows }) {
  shown.textContent = `Lines ${comma(numberOf(box.firstElementChild))} to ${comma(lastOf(box))} of ${comma(total)}`;
  const more = total - lastOf(box);
  news.hidden = follows || more <= 0;
  news.textContent = `${comma(more)} later lines: go to the end`;
}

/** Reads on where the reader is near an edge. @param {Reading} reading */
function look(reading) {
  const { box, total } = reading;
  const below = box.scrollHeight - box.scrollTop - box.clientHeight;
  reading.follows = below < LINE_PIXELS && lastOf(box) >= total;
  if (box.scrollTop < NEAR_PIXELS) void readOn(reading, "to", numberOf(box.firstElementChild) - 1);
  else if (below < NEAR_PIXELS) void readOn(reading, "from", lastOf(box) + 1);
  tell(reading);
}

/** @param {Reading} reading @param {"to" | "from"} way @param {number} line */
async function readOn(reading, way, line) {
  if (reading.isReading || line < 1 || (way === "from" && line > reading.total)) return;
  reading.isReading = true;
  try {
    const fresh = await fetchPart(way, line);
    const part = fresh?.getElementById("log");
    if (part == null) return;
    reading.total = Math.max(reading.total, Number(part.dataset.total));
    take(reading.box, [...part.children], way === "to");
    tell(reading);
  } finally {
    reading.isReading = false;
  }
}

/** The end of the log, as it is now. @param {Reading} reading @param {HTMLElement} fresh */
function takeFresh(reading, fresh) {
  const { box } = reading;
  reading.total = Math.max(reading.total, Number(fresh.dataset.total));
  if (reading.follows && fresh.dataset.end !== undefined) {
    const known = lastOf(box);
    const isGap = numberOf(fresh.firstElementChild) > known + 1;
    if (isGap) box.replaceChildren();
    take(box, isGap ? [...fresh.children] : [...fresh.children].filter((line) => numberOf(line) >= known), false);
    box.scrollTop = box.scrollHeight;
  }
  tell(reading);
}

/**
 * Adds lines before or after those that are there; a line that is there already is written anew. What is pushed out at the
 * other side can be read again.
 * @param {HTMLElement} box @param {Element[]} added @param {boolean} isBefore
 */
function take(box, added, isBefore) {
  const heightBefore = box.scrollHeight;
  const made = added.map((line) => document.importNode(line, true));
  for (const line of made) document.getElementById(line.id)?.remove();
  if (isBefore) box.prepend(...made);
  else box.append(...made);
  fold(box);
  if (isBefore) box.scrollTop += box.scrollHeight - heightBefore;
  const excess = box.children.length - MOST_LINES;
  if (excess <= 0) return;
  const fullHeight = box.scrollHeight;
  for (const line of isBefore ? [...box.children].slice(-excess) : [...box.children].slice(0, excess)) line.remove();
  if (!isBefore) box.scrollTop -= fullHeight - box.scrollHeight;
}

/** @param {"to" | "from"} way @param {number} line */
async function fetchPart(way, line) {
  const address = new URL(endAddress());
  address.searchParams.set(way, String(line));
  const answer = await fetch(address, { headers: { accept: "text/html" } });
  return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : undefined;
}

/** The address of the log's end, shown as it is shown here. */
function endAddress() {
  const address = new URL(location.href);
  for (const name of ["from", "to", "at"]) address.searchParams.delete(name);
  address.hash = "";
  return address.href;
}

/** A line of the address that is not here is gone to. @param {HTMLElement} box */
function goToHash(box) {
  const line = /^#L(\d{1,15})$/.exec(location.hash)?.[1];
  if (line === undefined) return false;
  const here = document.getElementById(`L${line}`);
  if (here !== null) {
    void comeTo(box, here);
    return false;
  }
  if (Number(line) > Number(box.dataset.total)) return false;
  const address = new URL(endAddress());
  address.searchParams.set("at", line);
  address.hash = `L${line}`;
  location.replace(address);
  return true;
}

/** @param {HTMLElement} box @param {HTMLElement} line */
async function comeTo(box, line) {
  if (line.hasAttribute("hidden")) (await import("./folds.js")).openAt(box, line);
  // the browser's own way there may still be to come, and would be lost when lines are added before it
  line.scrollIntoView({ block: "center" });
}

/** Most logs have no parts that could be folded up: what that takes is loaded for those that have. @param {HTMLElement} box */
function fold(box) {
  if (box.querySelector("[data-section]") === null) return;
  void import("./folds.js").then(({ foldLines }) => foldLines(box));
}

/** @param {Element | null} line */
function numberOf(line) {
  return Number(line?.id.slice(1) ?? 0);
}

/** @param {Element} box */
function lastOf(box) {
  return numberOf(box.lastElementChild);
}

/** @param {number} count */
function comma(count) {
  return count.toLocaleString("en");
}
