import type { ComponentChildren, VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import type { Timestamp } from "../domain/clock.ts";
import { EVENT_KINDS } from "../domain/event.ts";
import { element as e } from "./element.ts";
import { zoneName, zonedText } from "./zone.ts";

/** How pages look: as the system does, or as was chosen. */
export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** Where every visitor goes, in the order of the navigation; each exists. `about`: what its pages answer. */
const PLACES = [
  { name: "overview", word: "Overview", path: "", about: "Is the farm well, what waits and why, where is room" },
  { name: "requests", word: "Requests", path: "r", about: "What was asked for, how it stands, and why" },
  {
    name: "workflows",
    word: "Workflows",
    path: "wf",
    about: "How workflows stand, when they end, what makes them long",
  },
  { name: "tasks", word: "Tasks", path: "t", about: "What runs of each task used, beside what they were given" },
  {
    name: "regressions",
    word: "Regressions",
    path: "regressions",
    about: "What has changed for the worse, and since when",
  },
  { name: "workers", word: "Workers", path: "workers", about: "What each worker has, reserves, uses and did" },
  { name: "waste", word: "Waste", path: "waste", about: "What was reserved and not used, and what to ask for" },
  { name: "submit", word: "Submit", path: "new", about: "Where a submission would run, and when it would end" },
] as const;

/** Where fewer go, and not each day: behind one button, so that the navigation stays one line. */
const MORE_PLACES = [
  { name: "accuracy", word: "Accuracy", path: "accuracy", about: "How far the estimates can be believed" },
  { name: "schedules", word: "Schedules", path: "schedules", about: "What the server submits by itself, and when" },
  {
    name: "hooks",
    word: "Hooks",
    path: "hooks",
    about: "What others may have submitted by a call, and what came of it",
  },
  { name: "deliveries", word: "Deliveries", path: "deliveries", about: "What the server told, and what came of it" },
  { name: "settings", word: "Settings", path: "settings", about: "What people have set, and who may call the server" },
] as const;
export type Place = (typeof PLACES | typeof MORE_PLACES)[number]["name"];

/** What surrounds the content of a page. */
export type Frame = {
  /** The way back to the first page, relative (`./`, `../`, …), so that pages work behind any path prefix. */
  root: string;
  /** Where the stylesheet and the islands are, from the root: `assets/HASH/`. */
  assets: string;
  theme: Theme;
  /** Set for a page that is one file by itself: nothing is loaded, nothing runs, nothing can be changed. */
  alone?: { css: string; policy: string; made_at: Timestamp } | undefined;
  /** Who is signed in; undefined on the sign-in page, and for a page that is a file. */
  person?: { name: string; scope: string; form_token: string } | undefined;
};

/** One page: its title, its place in the navigation, and which events change it. */
export type Page = {
  title: string;
  place?: Place;
  /** Topics of the event stream, and the newest event that the page has in it. */
  live?: { topics: string; after: number };
  /** Charts that can be read point by point. */
  hasCharts?: boolean;
  /** Islands of this page alone. */
  islands?: readonly string[];
};

/** A whole page as text: landmarks, a way past the navigation, one heading, the stylesheet, and islands. */
export function renderPage(frame: Frame, page: Page, ...content: ComponentChildren[]): string {
  const { root, assets, theme } = frame;
  const islands = [
    ...(page.live ? ["live.js"] : []),
    ...(page.hasCharts ? ["charts.js"] : []),
    ...(page.islands ?? []),
    "keys.js",
  ];
  const whole = e(
    "html",
    { lang: "en", "data-theme": theme },
    e(
      "head",
      {},
      e("meta", { charset: "utf-8" }),
      e("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
      e("meta", { name: "color-scheme", content: theme === "system" ? "light dark" : theme }),
      e("meta", { name: "description", content: `${aboutOf(page)}.` }),
      e("title", {}, `${page.title} · Almanac`),
      ...styles(frame),
      ...(frame.person === undefined
        ? []
        : islands.map((name) => e("script", { type: "module", src: `${root}${assets}${name}` }))),
    ),
    e(
      "body",
      { "data-root": root },
      e("a", { class: "skip", href: "#main" }, "To the content"),
      frame.alone === undefined ? header(frame, page) : null,
      e(
        "main",
        {
          id: "main",
          tabIndex: -1,
          "data-live": page.live?.topics,
          "data-after": page.live?.after,
          "data-kinds": page.live && [...EVENT_KINDS, "log"].join(" "),
        },
        e("h1", {}, page.title),
        ...content,
      ),
      footer(frame),
    ),
  );
  return `<!doctype html>${renderToString(whole)}`;
}

/** What whoever is sent the address is told beside its title. */
function aboutOf({ place }: Page): string {
  const found = [...PLACES, ...MORE_PLACES].find(({ name }) => name === place);
  return found === undefined ? "Almanac, a work-request server that remembers every run" : found.about;
}

/** The stylesheet, linked; or within the page, with a policy that lets nothing else in. */
function styles({ root, assets, alone }: Frame): VNode[] {
  if (alone === undefined) {
    return [
      e("link", { rel: "icon", href: `${root}${assets}icon.svg` }),
      e("link", { rel: "stylesheet", href: `${root}${assets}style.css` }),
    ];
  }
  return [
    e("meta", { "http-equiv": "content-security-policy", content: alone.policy }),
    // our own file: as text it would be escaped
    e("style", { dangerouslySetInnerHTML: { __html: alone.css } }),
  ];
}

function header({ root, person }: Frame, page: Page): VNode {
  const home = e("a", { href: root, class: "home" }, "Almanac");
  if (person === undefined) return e("header", {}, home);
  const link = ({ name, word, path }: (typeof PLACES | typeof MORE_PLACES)[number]) =>
    e("li", {}, e("a", { href: `${root}${path}`, "aria-current": page.place === name ? "page" : undefined }, word));
  const isMore = MORE_PLACES.some(({ name }) => name === page.place);
  return e(
    "header",
    {},
    home,
    e(
      "nav",
      { "aria-label": "Pages" },
      e(
        "ul",
        {},
        ...PLACES.map(link),
        e(
          "li",
          {},
          e("button", { popovertarget: "more", "aria-current": isMore ? "true" : undefined }, "More"),
          e("ul", { id: "more", popover: "auto" }, ...MORE_PLACES.map(link)),
        ),
      ),
    ),
    e(
      "search",
      {},
      e(
        "form",
        { action: `${root}find`, method: "get" },
        e("input", {
          type: "search",
          name: "q",
          "aria-label": "Go to a request, task or worker",
          placeholder: "#5122 or name",
          required: true,
        }),
        e("button", { type: "submit" }, "Go"),
      ),
    ),
    e("output", { id: "live", class: "quiet", hidden: true }),
    e("span", { id: "age", class: "quiet", "aria-hidden": "true", hidden: true }),
  );
}

function footer({ root, theme, person, alone }: Frame): VNode {
  if (alone !== undefined) {
    const when = `As it was at ${zonedText(alone.made_at)}. Times are in ${zoneName()}. Links lead to `;
    return e("footer", {}, e("p", {}, when, e("a", { href: root }, root), "."));
  }
  if (person === undefined) return e("footer", {});
  const token = e("input", { type: "hidden", name: "form_token", value: person.form_token });
  return e(
    "footer",
    {},
    e("span", {}, "Times are in ", e("a", { href: `${root}settings#zone` }, zoneName()), "."),
    e("a", { href: `${root}docs` }, "Guide"),
    e("a", { href: `${root}api/v1/openapi.json` }, "API"),
    e(
      "form",
      { method: "post", action: `${root}theme` },
      token,
      e("span", {}, "Colours: "),
      ...THEMES.map((name) =>
        e("button", { name: "theme", value: name, "aria-pressed": name === theme ? "true" : "false" }, name),
      ),
    ),
    e(
      "form",
      { method: "post", action: `${root}sign-out` },
      token,
      e("span", {}, `Signed in by the token ${person.name} (${person.scope}) `),
      e("button", {}, "Sign out"),
    ),
  );
}
