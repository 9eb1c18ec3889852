// @ts-check
/*
 * Keeps a page up to date: listens to the event stream for its topics, and when something has happened asks for the
 * page again and takes over what differs. At most once a second; what is focused, open or selected stays as it is.
 */

const QUIET_MS = 60_000;
const TURN_MS = 1_000;
const AGAIN_MS = 2_000;
const AGE_MS = 5_000;

const main = /** @type {HTMLElement} */ (document.getElementById("main")); // every page has it
const pill = /** @type {HTMLOutputElement | null} */ (document.getElementById("live"));
const age = document.getElementById("age");
const root = document.body.dataset.root ?? "./";

/** @type {EventSource | undefined} */
let stream;
/**
 * Joined by those that hold a stream. A browser opens six connections to a host that speaks HTTP/1.1, for all tabs
 * together: a page that is not seen makes room as soon as another listens.
 * @type {BroadcastChannel | undefined}
 */
let channel;
/** @type {number | undefined} */
let turn;
/** @type {number | undefined} */
let hiddenTimer;
let lastId = Number(main.dataset.after ?? 0);
let lastTurnMs = 0;
let isAsking = false;
/** When what is shown was known to be so. */
let freshMs = performance.now();
let wasLive = true;
/** @type {number | undefined} */
let ageTimer;

function listen() {
  // what was opened beside the page that is read waits until it is looked at
  if (document.hidden || stream !== undefined || main.dataset.live === undefined) return;
  channel = new BroadcastChannel("almanac-live");
  channel.addEventListener("message", () => {
    if (document.hidden) pause();
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel's has none: it is heard by its own origin only
  channel.postMessage("listening");
  const address = `${root}api/v1/events?topics=${encodeURIComponent(main.dataset.live)}&after=${lastId}`;
  const opened = new EventSource(address);
  stream = opened;
  opened.addEventListener("open", () => tell("live"));
  opened.addEventListener("error", () => {
    tell("reconnecting");
    // Always our own way back: the browser's would ask again for what was asked first.
    close();
    setTimeout(listen, AGAIN_MS);
  });
  for (const kind of (main.dataset.kinds ?? "").split(" ")) opened.addEventListener(kind, take);
  opened.addEventListener("reset", () => {
    lastId = 0;
    soon();
  });
}

/** @param {MessageEvent<string>} message */
function take(message) {
  const id = Number(message.lastEventId);
  if (id > lastId) lastId = id;
  soon();
}

function close() {
  stream?.close();
  stream = undefined;
  channel?.close();
}

function listenAnew() {
  if (stream === undefined) return;
  close();
  listen();
}

function pause() {
  close();
  tell("paused");
}

function soon() {
  if (turn !== undefined || isAsking) {
    isDirty = true;
    return;
  }
  turn = window.setTimeout(refresh, Math.max(0, lastTurnMs + TURN_MS - performance.now()));
}

let isDirty = false;

async function refresh() {
  turn = undefined;
  isAsking = true;
  isDirty = false;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html" } });
    if (answer.status === 401) location.reload();
    if (answer.ok) takeOver(await answer.text());
  } catch {
    tell("reconnecting"); // the stream ends as well, and its way back leads here again
  } finally {
    lastTurnMs = performance.now();
    isAsking = false;
  }
  if (isDirty) soon();
}

/** @param {string} html */
function takeOver(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const content = fresh.getElementById("main");
  if (content === null) return;
  lastId = Math.max(lastId, Number(content.dataset.after ?? 0));
  document.dispatchEvent(new CustomEvent("almanac:fresh", { detail: fresh }));
  requestAnimationFrame(() => {
    document.title = fresh.title;
    const { live } = main.dataset;
    change(main, content);
    document.dispatchEvent(new Event("almanac:changed"));
    // of what has begun to run there is more to hear
    if (main.dataset.live !== live) listenAnew();
    tell("live");
  });
}

/**
 * Makes one element like another with as few changes as can be. What another island sees to (`data-own`) is left to it.
 * @param {Element} from
 * @param {Element} to
 */
function change(from, to) {
  if (from.hasAttribute("data-own") || from.isEqualNode(to)) return;
  changeAttributes(from, to);
  const keep = [...from.children].filter((child) => child.hasAttribute("data-keep"));
  const olds = [...from.childNodes].filter((child) => !keep.includes(/** @type {Element} */ (child)));
  const keyed = new Map(olds.flatMap((child) => (keyOf(child) === undefined ? [] : [[keyOf(child), child]])));
  let place = 0;
  for (const next of Array.from(to.childNodes)) {
    const key = keyOf(next);
    let old = key === undefined ? olds[place] : keyed.get(key);
    if (old !== undefined && key === undefined && keyOf(old) !== undefined) old = undefined;
    if (old !== undefined && isAlike(old, next)) {
      if (old !== olds[place]) {
        olds.splice(olds.indexOf(old), 1);
        from.insertBefore(old, olds[place] ?? null);
        olds.splice(place, 0, old);
      }
      changeNode(old, next);
    } else {
      const made = document.importNode(next, true);
      from.insertBefore(made, olds[place] ?? keep[0] ?? null);
      olds.splice(place, 0, made);
    }
    place += 1;
  }
  for (const rest of olds.slice(place)) rest.remove();
}

/** @param {Node} node */
function keyOf(node) {
  return node instanceof Element ? (node.getAttribute("data-key") ?? undefined) : undefined;
}

/** @param {Node} a @param {Node} b */
function isAlike(a, b) {
  return a.nodeName === b.nodeName && keyOf(a) === keyOf(b);
}

/** @param {Node} old @param {Node} next */
function changeNode(old, next) {
  if (old instanceof Element && next instanceof Element) {
    const isEdited = old.matches("form") && old.contains(document.activeElement);
    if (!isEdited) changeElement(old, next);
  } else if (old.nodeValue !== next.nodeValue) {
    old.nodeValue = next.nodeValue;
  }
}

/** A log that was read to its end stays at its end; one that was scrolled up stays there.
 * @param {Element} old @param {Element} next */
function changeElement(old, next) {
  const follows = old.matches("[data-follow]") && old.scrollTop + old.clientHeight >= old.scrollHeight - 4;
  change(old, next);
  if (follows) old.scrollTop = old.scrollHeight;
}

/** @param {Element} from @param {Element} to */
function changeAttributes(from, to) {
  for (const name of from.getAttributeNames()) {
    if (name !== "open" && !to.hasAttribute(name)) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    // what was opened or closed stays so
    if (name !== "open" && from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
}

/** Says how it stands; while nothing new comes in, also how old is what is shown. @param {"live" | "reconnecting" | "paused"} state */
function tell(state) {
  if (state === "live" || wasLive) freshMs = performance.now();
  wasLive = state === "live";
  if (pill !== null) {
    pill.hidden = false;
    if (pill.value !== state) pill.value = state;
  }
  window.clearInterval(ageTimer);
  showAge();
  if (!wasLive) ageTimer = window.setInterval(showAge, AGE_MS);
}

/** Beside the state, which is read out: a number that goes on is not. */
function showAge() {
  if (age === null) return;
  const seconds = Math.round((performance.now() - freshMs) / 1000);
  age.hidden = wasLive;
  age.textContent = `as it was ${seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`} ago`;
}

document.addEventListener("visibilitychange", () => {
  window.clearTimeout(hiddenTimer);
  if (document.hidden) {
    hiddenTimer = window.setTimeout(pause, QUIET_MS);
  } else {
    listen();
  }
});
// A page that is kept to go back to must not hold a connection.
window.addEventListener("pagehide", close);
window.addEventListener("pageshow", (event) => {
  if (event.persisted) soon();
  listen();
});

for (const log of document.querySelectorAll("[data-follow]")) log.scrollTop = log.scrollHeight;
listen();
