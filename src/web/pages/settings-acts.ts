import type { VNode } from "preact";
import {
  ACT_KINDS,
  actWords,
  targetText,
  type Act,
  type ActFilter,
  type ActKind,
  type ActTarget,
} from "../../domain/act.ts";
import type { Timestamp } from "../../domain/clock.ts";
import { element as e } from "../element.ts";
import type { Frame } from "../layout.ts";
import { commandLine, guideLink, queryText } from "../parts/links.ts";
import { pager } from "../parts/pager.ts";
import { table } from "../parts/table.ts";
import { ago } from "../parts/time.ts";
import { minuteText, zoneName } from "../zone.ts";
import { tokenAnchor, type ShownToken } from "./settings-tokens.ts";

/** What people did, newest first, and what of it is asked for; the names are those of the API and of the address. */
export type Acts = {
  filter: ActFilter;
  /** The place in the list, as it was in the address; undefined on the first page. */
  cursor: string | undefined;
  acts: readonly Act[];
  next_cursor: string | null;
  /** Which of what acts were done to still has a page: its kind and name, with a space between. */
  there: ReadonlySet<string>;
};

const KIND_WORDS: Record<ActKind, string> = {
  token_changed: "tokens",
  layer_changed: "values",
  advice_changed: "advice",
  schedule_changed: "schedules",
  hook_changed: "hooks",
  worker_changed: "workers drained and resumed",
  worker_removed: "workers removed",
  finding: "findings",
  delivery: "deliveries tried again",
  delivery_tried: "tests sent",
  history_imported: "history imported",
};

/** Who changed what, newest first; `tokens`: those of the table on this page, which the doers are links to. */
export function actsPart(
  { root }: Frame,
  { acts, there, filter, cursor, next_cursor }: Acts,
  { tokens = [], now }: { tokens: readonly ShownToken[] | undefined; now: Timestamp },
): (VNode | null)[] {
  const isAny = Object.values(filter).every((value) => value === undefined) && cursor === undefined;
  const shown = new Set(tokens.map(({ id }) => id));
  if (acts.length === 0 && isAny)
    return [
      e(
        "p",
        {},
        "Nobody has changed anything of the server yet.",
        guideLink(root, "guide/operating#who-did-what", "Who did what"),
      ),
    ];
  return [
    filterForm(root, filter, tokens),
    acts.length === 0
      ? e("p", { class: "quiet" }, "None matches.")
      : table(
          "What people did, newest first",
          ["When", { name: "Who", look: "name" }, { name: "What", look: "wide" }],
          acts.map((act) => [ago(act.at, now), doer(root, act, shown), deed(root, act, there)]),
        ),
    pager({
      from: cursor,
      next: next_cursor,
      address: (from) => `${root}settings${queryText({ ...filter, cursor: from })}#acts`,
      of: "what people did",
    }),
    commandLine(`acts${commandOptions(filter)}`),
  ];
}

/** The name of a token may be another's as well: the number tells them apart. */
function doer(root: string, { data: { by, by_token } }: Act, shown: ReadonlySet<number>): VNode {
  const token = `token ${by_token}`;
  const link = shown.has(by_token) ? e("a", { href: `${root}settings#${tokenAnchor(by_token)}` }, token) : token;
  return e("span", {}, `${by} (`, link, ")");
}

function filterForm(root: string, filter: ActFilter, tokens: readonly ShownToken[]): VNode {
  const time = (name: "since" | "until", word: string) => {
    const value = filter[name] === undefined ? "" : minuteText(filter[name]);
    return e("label", {}, `${word} (${zoneName()})`, e("input", { name, type: "datetime-local", value }));
  };
  return e(
    "form",
    { class: "filter", method: "get", action: `${root}settings#acts` },
    e(
      "label",
      {},
      "By the token of the number",
      e("input", { name: "by_token", type: "number", min: 1, list: "acting-tokens", value: filter.by_token ?? "" }),
    ),
    tokens.length === 0 ? null : e("datalist", { id: "acting-tokens" }, ...tokens.filter(isOwn).map(tokenOption)),
    e(
      "label",
      {},
      "Of",
      e(
        "select",
        { name: "kind" },
        e("option", { value: "" }, "anything"),
        ...ACT_KINDS.map((kind) => e("option", { value: kind, selected: kind === filter.kind }, KIND_WORDS[kind])),
      ),
    ),
    time("since", "From"),
    time("until", "To"),
    e("button", {}, "Filter"),
  );
}

/** Acts of a browser's session are those of the token that it was opened with. */
function isOwn({ opened_with, worker_name }: ShownToken): boolean {
  return opened_with === null && worker_name === null;
}

function tokenOption({ id, name }: ShownToken): VNode {
  return e("option", { value: id }, name);
}

function commandOptions({ kind, by_token, since, until }: ActFilter): string {
  const option = (name: string, value: string | number | undefined) =>
    value === undefined ? "" : ` --${name} ${value}`;
  return option("kind", kind) + option("by-token", by_token) + option("since", since) + option("until", until);
}

function deed(root: string, act: Act, there: ReadonlySet<string>): VNode {
  const { did, to, more = "" } = actWords(act);
  if (to === undefined) return e("span", {}, did, more);
  const text = targetText(to);
  const isThere = to.kind === "finding" || there.has(`${to.kind} ${to.name}`);
  return e("span", {}, did, " ", isThere ? e("a", { href: addressOf(root, to) }, text) : text, more);
}

const PAGES: Record<ActTarget["kind"], string> = {
  worker: "workers",
  finding: "regressions",
  schedule: "schedules",
  hook: "hooks",
};

function addressOf(root: string, { kind, name }: ActTarget): string {
  return `${root}${PAGES[kind]}/${encodeURIComponent(name)}`;
}
