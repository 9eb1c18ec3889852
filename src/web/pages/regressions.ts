import type { VNode } from "preact";
import type { Timestamp } from "../../domain/clock.ts";
import {
  FINDING_KINDS,
  FINDING_STATES,
  type Finding,
  type FindingKind,
  type FindingState,
} from "../../domain/finding.ts";
import { FINDING_WORDS, findingText, sureText } from "../../domain/finding-text.ts";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import { choices, type Choice } from "../parts/choices.ts";
import { commandLine, keyText, queryText, quoted } from "../parts/links.ts";
import { table, type Row } from "../parts/table.ts";
import { ago } from "../parts/time.ts";

/** Which findings are asked for; the names are those of the API and of the address. */
export type FindingQuery = {
  kind?: FindingKind | undefined;
  /** Absent: all that are not fixed. */
  state?: FindingState | "all" | undefined;
  task_name?: string | undefined;
};

/** What the list of findings shows. */
export type RegressionsData = {
  now: Timestamp;
  lastEventId: number;
  query: FindingQuery;
  cursor: string | undefined;
  /** Of the open findings, by state; at most as many as one answer of the API has. */
  counts: Record<FindingState, number>;
  findings: readonly Finding[];
  next_cursor: string | null;
};

/** How a finding's state looks. */
export const STATE_LOOKS: Record<FindingState, string> = {
  new: "failure",
  confirmed: "failure",
  known: "quiet",
  fixed: "success",
};

/** What has changed for the worse, newest first. */
export function regressionsPage(frame: Frame, data: RegressionsData): string {
  const { query, findings, now } = data;
  return renderPage(
    frame,
    { title: "Regressions", place: "regressions", live: { topics: "findings", after: data.lastEventId } },
    e("p", { class: "lead" }, sentence(data)),
    states(frame, data),
    filterForm(frame, query),
    findings.length === 0
      ? emptyText(frame, data)
      : table(
          "Findings, newest first",
          COLUMNS,
          findings.map((finding) => rowOf(frame.root, finding, now)),
        ),
    pager(frame, data),
    e("h2", {}, "The same elsewhere"),
    commandLine(`regressions${commandOptions(query)}`),
    e(
      "p",
      {},
      e("a", { href: `${frame.root}api/v1/findings${queryText(apiQuery(query))}` }, "As JSON"),
      " from the API.",
    ),
  );
}

function sentence({ counts, findings, query }: RegressionsData): string {
  const open = counts.new + counts.confirmed + counts.known;
  if (open === 0) return "Nothing is open: no key fails that passed before, and none needs more than it did.";
  const newest = findings[0];
  const parts = [
    ...(counts.new > 0 ? [`${counts.new} that nobody has looked at`] : []),
    ...(counts.confirmed > 0 ? [`${counts.confirmed} confirmed`] : []),
    ...(counts.known > 0 ? [`${counts.known} known`] : []),
  ];
  const first =
    newest === undefined || query.state !== undefined ? "" : ` The newest: ${keyText(newest)} ${findingText(newest)}.`;
  return `${open} ${open === 1 ? "finding is" : "findings are"} open: ${parts.join(", ")}.${first}`;
}

function states({ root }: Frame, { counts, query }: RegressionsData): VNode {
  const { state: chosen, ...others } = query;
  const choice = (word: string, state: FindingState | "all" | undefined): Choice => ({
    word,
    href: `${root}regressions${queryText({ ...others, state })}`,
    isChosen: chosen === state,
  });
  return choices([
    choice("open", undefined),
    ...FINDING_STATES.filter((state) => state !== "fixed").map((state) => choice(`${counts[state]} ${state}`, state)),
    choice("fixed", "fixed"),
    choice("all", "all"),
  ]);
}

function filterForm({ root }: Frame, { kind, state, task_name }: FindingQuery): VNode {
  const option = (value: string, word: string) => e("option", { value, selected: value === (kind ?? "") }, word);
  return e(
    "form",
    { class: "filter", method: "get", action: `${root}regressions` },
    state === undefined ? null : e("input", { type: "hidden", name: "state", value: state }),
    e(
      "label",
      {},
      "About",
      e(
        "select",
        { name: "kind" },
        option("", "anything"),
        ...FINDING_KINDS.map((one) => option(one, FINDING_WORDS[one])),
      ),
    ),
    e("label", {}, "Task", e("input", { name: "task_name", value: task_name ?? "" })),
    e("button", {}, "Filter"),
  );
}

function emptyText({ root }: Frame, { query, cursor }: RegressionsData): VNode {
  const isFiltered = cursor !== undefined || Object.values(query).some((value) => value !== undefined);
  if (isFiltered)
    return e(
      "p",
      { class: "quiet" },
      "No finding matches. ",
      e("a", { href: `${root}regressions` }, "Show the open ones"),
    );
  return e(
    "p",
    {},
    "This page will list keys that fail and passed before, failures that many subjects share, and keys that need more memory or time than they did. They are found as runs end; nothing needs to be set up.",
  );
}

const COLUMNS = [
  "Finding",
  "State",
  { name: "What", look: "name" },
  { name: "What has changed", look: "wide" },
  { name: "Since run", look: "number" },
  { name: "Runs", look: "number" },
  { name: "Sure", look: "number" },
  "Last seen",
  { name: "Note or first error", look: "wide" },
];

function rowOf(root: string, finding: Finding, now: Timestamp): Row {
  const { id, state, first_run_id, run_count, confidence, last_seen_at, note, first_error } = finding;
  return {
    key: String(id),
    cells: [
      e("a", { href: `${root}regressions/${id}` }, `finding ${id}`),
      e("span", { class: STATE_LOOKS[state] }, state),
      keyText(finding),
      findingText(finding),
      first_run_id ?? "–",
      String(run_count),
      sureText(confidence),
      ago(last_seen_at, now),
      note ?? first_error ?? "",
    ],
  };
}

function pager({ root }: Frame, { query, cursor, next_cursor }: RegressionsData): VNode | null {
  if (cursor === undefined && next_cursor === null) return null;
  const link = (word: string, at: string | undefined, rel?: string) =>
    e("li", {}, e("a", { href: `${root}regressions${queryText({ ...query, cursor: at })}`, rel }, word));
  return e(
    "nav",
    { "aria-label": "Parts of the list" },
    e(
      "ul",
      {},
      ...(cursor === undefined ? [] : [link("Newest", undefined)]),
      ...(next_cursor === null ? [] : [link("Older", next_cursor, "next")]),
    ),
  );
}

function apiQuery({ state, ...others }: FindingQuery): Record<string, string | undefined> {
  return { ...others, state: state === "all" ? undefined : (state ?? "open") };
}

function commandOptions({ kind, state }: FindingQuery): string {
  const chosen = state === "all" ? " --all" : state === undefined ? "" : ` --state ${quoted(state)}`;
  return `${kind === undefined ? "" : ` --kind ${quoted(kind)}`}${chosen}`;
}
