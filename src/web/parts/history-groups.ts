import type { VNode } from "preact";
import type { HistoryEntry } from "../../domain/history.ts";
import type { Slowness } from "../../domain/slowness.ts";
import { formatBytes, formatDuration } from "../../domain/units.ts";
import { runGroups, type RunGroup } from "../../history/run-groups.ts";
import type { FigureSummary } from "../../history/summary.ts";
import { reachOf } from "../charts/dot-interval.ts";
import { element as e } from "../element.ts";
import { FACTOR_HEADS, factorCells } from "./factor-cells.ts";
import { scopePage, type HistoryQuery } from "./history-scope.ts";
import { workerLink } from "./links.ts";
import { numberHead, table, type Head } from "./table.ts";

/** More workers, or contexts, are in the table of runs. */
const MOST_ROWS = 40;

const GROUP_HEADS: readonly Head[] = [
  numberHead("Runs"),
  numberHead("Failed"),
  numberHead("Time p50"),
  numberHead("Time p95"),
  numberHead("Memory p50"),
  numberHead("Memory p95"),
];

/** The runs by their worker, and by how much longer than elsewhere work takes there: what workers are chosen by. */
export function byWorker(
  root: string,
  entries: readonly HistoryEntry[],
  speeds: ReadonlyMap<string, Slowness>,
  query: HistoryQuery,
): VNode[] {
  const groups = runGroups(entries, "worker_name");
  if (groups.length === 0) return [];
  const shown = groups.slice(0, MOST_ROWS);
  const reach = reachOf(shown.flatMap(({ name }) => speeds.get(name) ?? []));
  const isKnown = shown.some(({ name }) => speeds.has(name));
  const isChoice = query.worker === undefined;
  return [
    e("h2", { id: "workers" }, "By worker"),
    e(
      "p",
      {},
      isKnown
        ? "The factor is what workers are chosen by: how long work takes there beside an ordinary worker, the median over everything that ran both there and elsewhere, not over these runs alone. It is drawn towards 1 where runs are few. Of ten keys, one lies below its interval and one above."
        : "How fast these workers are is not known yet: nothing has run both on one of them and elsewhere.",
    ),
    table(
      "Runs by worker",
      ["Worker", ...GROUP_HEADS, ...(isKnown ? FACTOR_HEADS : []), ...(isChoice ? ["Its runs"] : [])],
      shown.map((group) => [
        workerLink(root, group.name),
        ...figureCells(group),
        ...(isKnown ? factorCells(speeds.get(group.name), reach) : []),
        ...(isChoice ? [onlyLink(root, query, group.name)] : []),
      ]),
    ),
    ...restText(groups.length - shown.length, "workers"),
  ];
}

function onlyLink(root: string, query: HistoryQuery, worker: string): VNode {
  const href = root + scopePage({ ...query, worker });
  return e("a", { href, "aria-label": `only these runs, on ${worker}` }, "only these");
}

/** The runs by their context, each a history of its own; nothing where all are of one. */
export function byContext(root: string, entries: readonly HistoryEntry[], query: HistoryQuery): VNode[] {
  const groups = runGroups(entries, "context");
  if (groups.length < 2) return [];
  const address = (context: string) => root + scopePage({ ...query, context });
  const shown = groups.slice(0, MOST_ROWS);
  return [
    e("h2", { id: "contexts" }, "By context"),
    table(
      "Runs by context",
      ["Context", ...GROUP_HEADS],
      shown.map((group) => [e("a", { href: address(group.name) }, group.name), ...figureCells(group)]),
    ),
    ...restText(groups.length - shown.length, "contexts"),
  ];
}

function restText(more: number, what: string): VNode[] {
  return more > 0 ? [e("p", { class: "quiet" }, `${more} more ${what} have fewer runs here.`)] : [];
}

function figureCells({ runs, failed, duration, memory }: RunGroup): string[] {
  const text = (summary: FigureSummary | undefined, field: "p50" | "p95", format: (value: number) => string) =>
    summary === undefined ? "–" : format(summary[field]);
  return [
    String(runs),
    String(failed),
    text(duration, "p50", formatDuration),
    text(duration, "p95", formatDuration),
    text(memory, "p50", formatBytes),
    text(memory, "p95", formatBytes),
  ];
}

/** With fewer runs that passed a worker's median says little. */
const LEAST_COMPARED = 5;

/** Between which workers the usual time differs most; of runs of one key only, as others are not alike. Oldest first. */
export function workerSentence(entries: readonly HistoryEntry[]): string {
  const keys = new Set(entries.map(({ subject, context }) => JSON.stringify([subject, context])));
  if (keys.size > 1) return "They are of several keys: by how much workers differ at the same work is told below.";
  const known = runGroups(entries, "worker_name")
    .flatMap(({ name, duration }) =>
      duration === undefined || duration.runs < LEAST_COMPARED ? [] : [{ name, p50: duration.p50 }],
    )
    .sort((a, b) => a.p50 - b.p50);
  const [fastest, slowest] = [known[0], known.at(-1)];
  if (fastest === undefined || slowest === undefined || fastest === slowest) {
    return `Fewer than two workers have ${LEAST_COMPARED} runs that passed, to compare them by.`;
  }
  const most = known.length > 2 ? `, of ${known.length} workers the fastest and the slowest` : "";
  return `Half of the runs that passed took at most ${formatDuration(fastest.p50)} on ${fastest.name} and ${formatDuration(slowest.p50)} on ${slowest.name}${most}.`;
}
