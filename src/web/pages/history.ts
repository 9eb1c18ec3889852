import type { VNode } from "preact";
import type { Estimate } from "../../domain/allocation.ts";
import type { Finding } from "../../domain/finding.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import { outcomeText } from "../../domain/outcome-text.ts";
import type { RunId } from "../../domain/ids.ts";
import type { Slowness } from "../../domain/slowness.ts";
import { evidenceText } from "../../domain/source-text.ts";
import { formatBytes, formatDuration } from "../../domain/units.ts";
import { isLowerBound, metricValue, type Metric } from "../../history/metric.ts";
import { summarize } from "../../history/summary.ts";
import { stripChart } from "../charts/strip.ts";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import { byContext, byWorker } from "../parts/history-groups.ts";
import {
  isFiltered,
  olderLink,
  scopeCommand,
  scopeFiles,
  scopePart,
  scopeTitle,
  type HistoryQuery,
} from "../parts/history-scope.ts";
import { commandLine, guideLink, keepLink, queryText, requestLink, workerLink } from "../parts/links.ts";
import { metricPart } from "../parts/metric-part.ts";
import { predictedFor, predictionCell, predictionText, type Predicted } from "../parts/predicted.ts";
import { stateLabel } from "../parts/state.ts";
import { numberHead, table, type Row } from "../parts/table.ts";
import { moment } from "../parts/time.ts";
import { zonedText } from "../zone.ts";

/** What the page of a history shows. */
export type HistoryData = {
  query: HistoryQuery;
  /** Newest first. */
  entries: readonly HistoryEntry[];
  /** True when there are older ones that are not here. */
  isCut: boolean;
  /** What was found in it, newest first. */
  findings: readonly Finding[];
  /** What was predicted of its runs that are still kept; undefined where they are of many keys. */
  predicted: ReadonlyMap<RunId, Predicted> | undefined;
  /** Of the workers of these runs, how fast each is, as far as that is known. */
  speeds: ReadonlyMap<string, Slowness>;
  /** What the next run would be predicted to need: of a key of which few runs are known. */
  next: Estimate | undefined;
  /** What if so much memory, bytes, had been reserved? */
  what_if: number | undefined;
};

const MOST_ROWS = 100;
/** More bars than this are too thin to be hit. */
const STRIP_RUNS = 100;
const SHOWN: readonly Metric[] = ["memory", "duration", "cpu_time", "disk_space"];

/** Has it changed, and is what it is given right? */
export function historyPage(frame: Frame, data: HistoryData): string {
  const { query, entries, isCut, findings, predicted, speeds, next, what_if } = data;
  const oldestFirst = entries.toReversed();
  const whatIf = { action: `${frame.root}history`, fields: query, amount: what_if };
  const view = { root: frame.root, entries: oldestFirst, findings, predicted, whatIf, query };
  return renderPage(
    frame,
    { title: `History of ${scopeTitle(query)}`, place: "tasks", hasCharts: entries.length > 0 },
    ...findingList(frame.root, query, findings),
    e("p", { class: "lead" }, resultSentence(entries, data)),
    ...(next === undefined ? [] : [e("p", {}, fewText(entries.length, next))]),
    ...scopePart(frame.root, query),
    isCut ? olderLink(frame.root, query, entries) : null,
    ...(entries.length === 0
      ? [isFiltered(query) ? null : emptyText(frame.root)]
      : [
          e("h2", { id: "results" }, "Results"),
          stripChart(frame.root, oldestFirst.slice(-STRIP_RUNS), stripSentence(entries)),
          ...SHOWN.flatMap((metric) => metricPart(view, metric)),
        ]),
    ...byWorker(frame.root, entries, speeds, query),
    ...byContext(frame.root, entries, query),
    ...(entries.length === 0 ? [] : [e("h2", { id: "runs" }, "Runs"), ...runTable(frame.root, entries, predicted)]),
    e("h2", {}, "The same elsewhere"),
    commandLine(`${scopeCommand(query)} --plot`),
    e("p", {}, ...scopeFiles(frame.root, query), ...keepLink(frame, `history${queryText({ ...query, what_if })}`)),
  );
}

function resultSentence(entries: readonly HistoryEntry[], { isCut, query }: HistoryData): string {
  const { runs, succeeded, failed, infrastructure, failed_share } = summarize(entries, "memory");
  const newest = entries[0];
  if (newest === undefined) return isFiltered(query) ? "No such run is known." : "No run of it is known.";
  const others = infrastructure === 0 ? "" : `, ${infrastructure} ended without its fault`;
  return `${succeeded} of ${isCut ? "the newest " : ""}${runs} ${runs === 1 ? "run" : "runs"} passed, ${failed} failed (${(failed_share * 100).toFixed(1)} %)${others}. The newest ended at ${zonedText(newest.completed_at)}: ${outcomeText(newest.outcome)}.`;
}

/** Few runs tell little: what the next is predicted to need, and by which runs. */
function fewText(runs: number, { memory, duration }: Estimate): string {
  const parts = [
    ...(memory === undefined
      ? []
      : [`need ${predictionText(memory, "memory")} of memory, by ${evidenceText(memory.evidence)}`]),
    ...(duration === undefined
      ? []
      : [`take ${predictionText(duration, "duration")}, by ${evidenceText(duration.evidence)}`]),
  ];
  const known = `Few data: ${runs} ${runs === 1 ? "run is" : "runs are"} known.`;
  if (parts.length === 0) return `${known} Nothing can be predicted of the next.`;
  return `${known} The next is predicted to ${parts.join("; to ")}.`;
}

/** What has changed and is not over, before everything else, and a way to what is over. */
function findingList(root: string, query: HistoryQuery, findings: readonly Finding[]): VNode[] {
  if (findings.length === 0) return [];
  const { task_name, subject, context } = query;
  const all = `${root}regressions${queryText({ task_name, subject, context, state: "all" })}`;
  const open = findings.filter(({ state }) => state !== "fixed");
  const item = ({ because, id }: Finding) =>
    e("li", { "data-key": String(id) }, e("a", { href: `${root}regressions/${id}` }, because));
  return [
    ...(open.length === 0 ? [] : [e("ul", { class: "card lead" }, ...open.map(item))]),
    e("p", {}, e("a", { href: all }, "All that was found in it, what is over too")),
  ];
}

function stripSentence(entries: readonly HistoryEntry[]): string {
  const newest = entries.slice(0, STRIP_RUNS);
  const lastFailed = newest.findIndex(({ result }) => result === "failure");
  const since =
    lastFailed === -1
      ? "none of them failed"
      : lastFailed === 0
        ? "the newest failed"
        : `${lastFailed} since the last that failed`;
  if (newest.length === 1)
    return `The only run, as high as it took long: it ${lastFailed === 0 ? "failed" : "did not fail"}.`;
  return `The newest ${newest.length} runs, oldest at the left, as high as they took long: ${since}.`;
}

function emptyText(root: string): VNode {
  return e(
    "div",
    {},
    e(
      "p",
      {},
      "This page will show what its runs used over time, beside what they were given. History can be brought along.",
      guideLink(root, "guide/history-and-import", "History and import"),
    ),
    commandLine("import trace.txt"),
  );
}

function runTable(root: string, entries: readonly HistoryEntry[], predicted: HistoryData["predicted"]): VNode[] {
  const shown = entries.slice(0, MOST_ROWS);
  const head = [
    "Ended",
    "Result",
    "Request",
    "Subject",
    "Context",
    numberHead("Took"),
    numberHead("Predicted memory (p5 · p50 · p95)"),
    numberHead("Reserved"),
    numberHead("Used"),
    numberHead("Disk"),
    "Worker",
  ];
  const more = entries.length - shown.length;
  return [
    table(
      "Runs, newest first",
      head,
      shown.map((entry) => rowOf(root, entry, entry.run_id === undefined ? undefined : predicted?.get(entry.run_id))),
    ),
    ...(more > 0 ? [e("p", { class: "quiet" }, `${more} older runs are in the charts, and not in this table.`)] : []),
  ];
}

function rowOf(root: string, entry: HistoryEntry, known: Predicted | undefined): Row {
  const memory = predictedFor(known, "memory");
  const figure = (metric: Metric) => {
    const value = metricValue(entry, metric);
    if (value === undefined) return "–";
    return `${isLowerBound(entry, metric) ? "at least " : ""}${metric === "duration" ? formatDuration(value) : formatBytes(value)}`;
  };
  return [
    moment(entry.completed_at),
    stateLabel(entry.result, outcomeText(entry.outcome)),
    entry.work_request_id === undefined ? (entry.origin ?? "–") : requestLink(root, entry.work_request_id),
    entry.subject || "–",
    entry.context || "–",
    figure("duration"),
    memory === undefined ? "–" : predictionCell(memory, "memory"),
    entry.allocation === undefined ? "–" : formatBytes(entry.allocation.memory.amount),
    figure("memory"),
    figure("disk_space"),
    entry.worker_name === undefined ? "–" : workerLink(root, entry.worker_name),
  ];
}
