import type { VNode } from "preact";
import type { Timestamp } from "../../domain/clock.ts";
import {
  FINDING_KINDS,
  FINDING_STATES,
  type Finding,
  type FindingKind,
  type FindingState,
} from "../../domain/finding.ts";
import { changedText, FINDING_WORDS, findingText, sureText } from "../../domain/finding-text.ts";
import type { RunId } from "../../domain/ids.ts";
import { wholeNumber } from "../../domain/units.ts";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import { choices, type Choice } from "../parts/choices.ts";
import { commandLine, guideLink, keyText, queryText, quoted, runLink } from "../parts/links.ts";
import { pager } from "../parts/pager.ts";
import { table, type Row } from "../parts/table.ts";
import { ago } from "../parts/time.ts";

/** Which findings are asked for; the names are those of the API and of the address. */
export type FindingQuery = {
  kind?: FindingKind | undefined;
  /** Absent: all that are not fixed. */
  state?: FindingState | "all" | undefined;
  task_name?: string | undefined;
  subject?: string | undefined;
  context?: string | undefined;
  owner?: string | undefined;
  has_owner?: "yes" | "no" | undefined;
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
  /** Of their runs, those whose requests are still kept. */
  keptRuns: ReadonlySet<RunId>;
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
  const { query, findings } = data;
  return renderPage(
    frame,
    { title: "Regressions", place: "regressions", live: { topics: "findings", after: data.lastEventId } },
    e("p", { class: "lead" }, sentence(data)),
    states(frame, data),
    owners(frame, query),
    filterForm(frame, query),
    findings.length === 0
      ? emptyText(frame, data)
      : table(
          "Findings, newest first",
          COLUMNS,
          findings.map((finding) => rowOf(frame.root, finding, data)),
          "stacked",
        ),
    pager({
      from: data.cursor,
      next: data.next_cursor,
      address: (cursor) => `${frame.root}regressions${queryText({ ...query, cursor })}`,
      isMain: true,
    }),
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

/** Whose they are; nobody's own without a person who reads. */
function owners({ root, person }: Frame, { owner, has_owner, ...others }: FindingQuery): VNode {
  const choice = (word: string, chosen: Pick<FindingQuery, "owner" | "has_owner">): Choice => ({
    word,
    href: `${root}regressions${queryText({ ...others, ...chosen })}`,
    isChosen: owner === chosen.owner && has_owner === chosen.has_owner,
  });
  return choices([
    choice("anybody's", {}),
    ...(person === undefined ? [] : [choice("mine", { owner: person.name })]),
    choice("nobody's", { has_owner: "no" }),
    ...(owner === undefined || owner === person?.name ? [] : [choice(`${owner}'s`, { owner })]),
  ]);
}

function filterForm({ root }: Frame, query: FindingQuery): VNode {
  const { kind } = query;
  const hidden = (["state", "owner", "has_owner"] as const).flatMap((name) =>
    query[name] === undefined ? [] : [e("input", { type: "hidden", name, value: query[name] })],
  );
  const text = (word: string, name: "task_name" | "subject" | "context") =>
    e("label", {}, word, e("input", { name, value: query[name] ?? "" }));
  const option = (value: string, word: string) => e("option", { value, selected: value === (kind ?? "") }, word);
  return e(
    "form",
    { class: "filter", method: "get", action: `${root}regressions` },
    ...hidden,
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
    text("Task", "task_name"),
    text("Subject", "subject"),
    text("Context", "context"),
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
    guideLink(root, "guide/failures#what-counts", "What counts"),
  );
}

const COLUMNS = [
  "Finding",
  "State",
  { name: "What has changed", look: "name" },
  { name: "Since run", look: "number" },
  { name: "Otherwise in that run", look: "name headed" },
  { name: "Requests", look: "number" },
  { name: "Sure", look: "number" },
  "Last seen",
  "Owner",
  { name: "Note or first error", look: "wide" },
];

function rowOf(root: string, finding: Finding, { now, keptRuns }: RegressionsData): Row {
  const { id, state, last_pass, confidence, last_seen_at, note, first_error } = finding;
  return {
    key: String(id),
    cells: [
      e("a", { href: `${root}regressions/${id}` }, `finding ${id}`),
      e("span", { class: STATE_LOOKS[state] }, state),
      e("span", {}, e("strong", {}, keyText(finding)), ` ${findingText(finding)}`),
      runOf(root, finding.first_run_id, keptRuns),
      changedText(last_pass) ?? "–",
      requestsText(finding),
      sureText(confidence),
      ago(last_seen_at, now),
      ownerText(finding),
      note ?? first_error ?? "",
    ],
  };
}

/** A run by its id; a link while its request is kept. */
function runOf(root: string, id: RunId | null, kept: ReadonlySet<RunId>): VNode | string {
  if (id === null) return "–";
  return kept.has(id) ? runLink(root, id) : id;
}

/** Who looks after it; where nobody does, who sent the request in which it began is the first to ask. */
function ownerText({ owner, first_request_by: by }: Finding): VNode | string {
  if (owner !== null) return owner;
  return e("span", { class: "quiet" }, by === null ? "nobody" : `nobody; sent by ${by}`);
}

function requestsText({ request_count, stopped_count }: Finding): string {
  return `${wholeNumber(request_count)}${stopped_count === 0 ? "" : ` and ${wholeNumber(stopped_count)} not run`}`;
}

function apiQuery({ state, ...others }: FindingQuery): Record<string, string | undefined> {
  return { ...others, state: state === "all" ? undefined : (state ?? "open") };
}

function commandOptions({ state, has_owner, ...named }: FindingQuery): string {
  const options: [string, string | undefined][] = [
    ["kind", named.kind],
    ["task", named.task_name],
    ["subject", named.subject],
    ["context", named.context],
    ["owner", named.owner],
    ["state", state === "all" ? undefined : state],
  ];
  const said = options.flatMap(([name, value]) => (value === undefined ? [] : [` --${name} ${quoted(value)}`]));
  return [...said, ...(has_owner === "no" ? [" --no-owner"] : []), ...(state === "all" ? [" --all"] : [])].join("");
}
