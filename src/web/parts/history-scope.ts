import type { VNode } from "preact";
import type { Timestamp } from "../../domain/clock.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import type { HistoryKey } from "../../domain/task.ts";
import { element as e } from "../element.ts";
import { zonedText } from "../zone.ts";
import { keyText, queryText, quoted, workerLink } from "./links.ts";

/** What is looked at: a task, or one subject of it, or one in one context; of all workers or one, and of which time. */
export type HistoryQuery = Pick<HistoryKey, "task_type" | "task_name"> & {
  subject?: string | undefined;
  context?: string | undefined;
  /** Only of runs on it. */
  worker?: string | undefined;
  since?: Timestamp | undefined;
  until?: Timestamp | undefined;
  /** What the marks of durations tell; absent: how runs ended. */
  by?: "worker" | undefined;
};

/** The page's address from the root. */
export function scopePage({ task_type, ...rest }: HistoryQuery): string {
  return `history${queryText({ ...(task_type !== "worker" && { task_type }), ...rest })}`;
}

/** What is looked at, as a title: `build gcc (sid) on w-1`. */
export function scopeTitle({ task_name, subject = "", context = "", worker }: HistoryQuery): string {
  return `${keyText({ task_name, subject, context })}${worker === undefined ? "" : ` on ${worker}`}`;
}

/** The same at the command line. */
export function scopeCommand({ task_type, task_name, subject, context, worker }: HistoryQuery): string {
  const names = [task_name, subject].flatMap((name) => (name === undefined ? [] : quoted(name)));
  const options = { context, worker, ...(task_type !== "worker" && { type: task_type }) };
  const given = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : `--${name} ${quoted(value)}`,
  );
  return ["history", ...names, ...given].join(" ");
}

/** The coarser keys, each a link; then what is left out, and how to see it again. What else is chosen stays. */
export function scopePart(root: string, query: HistoryQuery): (VNode | null)[] {
  return [wider(root, query), workerFilter(root, query), timeFilter(root, query)];
}

/** The same for the time before the oldest that is shown, which is shown again. */
export function olderLink(root: string, query: HistoryQuery, entries: readonly HistoryEntry[]): VNode {
  return e("p", {}, link(root, { ...query, until: entries.at(-1)?.completed_at }, "Older runs"));
}

/** The same as JSON and as CSV, and what leads there. */
export function scopeFiles(root: string, { by: _by, ...query }: HistoryQuery): (VNode | string)[] {
  const fields = queryText(query);
  return [
    e("a", { href: `${root}api/v1/history${fields}` }, "As JSON"),
    " · ",
    e("a", { href: `${root}history.csv${fields}`, download: "" }, "As CSV"),
  ];
}

/** True where some runs of the key may be left out. */
export function isFiltered({ worker, since, until }: HistoryQuery): boolean {
  return worker !== undefined || since !== undefined || until !== undefined;
}

function wider(root: string, query: HistoryQuery): VNode | null {
  const { task_name, subject, context } = query;
  if (subject === undefined && context === undefined) return null;
  const all = { ...query, subject: undefined, context: undefined };
  const ofSubject = { ...query, context: undefined };
  return e(
    "nav",
    { "aria-label": "Wider histories" },
    e(
      "ul",
      {},
      e("li", {}, link(root, all, `all of ${task_name}`)),
      subject === undefined || context === undefined
        ? null
        : e("li", {}, link(root, ofSubject, `${task_name} ${subject} in any context`)),
    ),
  );
}

function workerFilter(root: string, query: HistoryQuery): VNode | null {
  const { worker } = query;
  if (worker === undefined) return null;
  const all = { ...query, worker: undefined };
  return e("p", {}, "Only runs on ", workerLink(root, worker), ". ", link(root, all, "Those on all workers"));
}

function timeFilter(root: string, query: HistoryQuery): VNode | null {
  const { since, until } = query;
  if (since === undefined && until === undefined) return null;
  const from = since === undefined ? "" : ` from ${zonedText(since)}`;
  const to = until === undefined ? "" : ` to ${zonedText(until)}`;
  const all = { ...query, since: undefined, until: undefined };
  return e("p", {}, `Only runs that ended${from}${to}. `, link(root, all, "Those of all time"));
}

function link(root: string, query: HistoryQuery, word: string): VNode {
  return e("a", { href: root + scopePage(query) }, word);
}
