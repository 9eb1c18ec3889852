import type { VNode } from "preact";
import type { Finding } from "../../domain/finding.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import type { RunId } from "../../domain/ids.ts";
import { formatBytes } from "../../domain/units.ts";
import { formatMetric, isLowerBound, metricValue, type Metric } from "../../history/metric.ts";
import { reserveInstead } from "../../history/reserve-instead.ts";
import { summarizeFigure, type FigureSummary } from "../../history/summary.ts";
import { histogramChart, type AmountMark } from "../charts/histogram.ts";
import { historyChart } from "../charts/scatter.ts";
import { element as e } from "../element.ts";
import { choices } from "./choices.ts";
import { reservedFor } from "./entry-text.ts";
import { workerSentence } from "./history-groups.ts";
import { scopePage, type HistoryQuery } from "./history-scope.ts";
import { predictedFor, predictedOfText, predictionText, type Predicted } from "./predicted.ts";
import { whatIfForm, whatIfSentence, whatIfText } from "./what-if.ts";

/** What a figure of a history is shown with. */
export type MetricView = {
  root: string;
  /** Oldest first. */
  entries: readonly HistoryEntry[];
  findings: readonly Finding[];
  /** What was predicted of runs whose requests are kept; undefined where the runs are of many keys. */
  predicted: ReadonlyMap<RunId, Predicted> | undefined;
  /** What is looked at: what else is chosen stays in its links. */
  query: HistoryQuery;
  /** Where a form that asks about an amount leads, what it keeps of the address, and the amount that was asked about. */
  whatIf: { action: string; fields: Readonly<Record<string, string | undefined>>; amount: number | undefined };
};

export const METRIC_WORDS: Record<Metric, string> = {
  memory: "Memory",
  duration: "Duration",
  cpu_time: "CPU time",
  disk_space: "Disk",
};

/** Fewer runs have no distribution to speak of. */
const LEAST_RUNS = 8;

/** A figure over time, and how it is distributed; of memory also what another reservation would have come to. */
export function metricPart(view: MetricView, metric: Metric): VNode[] {
  const { root, entries, findings, predicted, query } = view;
  const by = metric === "duration" ? query.by : undefined;
  const summary = summarizeFigure(entries, metric);
  if (summary === undefined) return [];
  const second = by === "worker" ? workerSentence(entries) : newestSentence(view, metric);
  const sentence = `${usedSentence(summary, metric)} ${second}`.trim();
  const values = entries.flatMap((entry) => {
    const value = isLowerBound(entry, metric) ? undefined : metricValue(entry, metric);
    return value === undefined ? [] : [value];
  });
  return [
    e("h2", { id: metric }, METRIC_WORDS[metric]),
    ...(metric === "duration" ? markChoices(view) : []),
    historyChart(root, entries, metric, {
      sentence,
      predicted,
      by,
      changes: findings.filter(({ kind }) => kind === metric),
    }),
    ...(values.length < LEAST_RUNS
      ? []
      : metric === "memory"
        ? whatIfPart(view, values, summary)
        : [
            e(
              "details",
              {},
              e("summary", {}, `How ${METRIC_WORDS[metric].toLowerCase()} is distributed`),
              histogramChart({
                sentence: distributionSentence(values, metric, summary),
                values,
                metric,
                marks: marksOf(entries, metric, summary),
              }),
            ),
          ]),
  ];
}

/** Links to what the marks of durations tell, where there is a choice. */
function markChoices({ root, entries, query }: MetricView): VNode[] {
  const workers = new Set(entries.flatMap(({ worker_name }) => worker_name ?? []));
  if (workers.size < 2 && query.by === undefined) return [];
  const choice = (word: string, by: HistoryQuery["by"]) => ({
    word,
    href: `${root}${scopePage({ ...query, by })}#duration`,
    isChosen: query.by === by,
  });
  return [choices([choice("Marked by result", undefined), choice("Marked by worker", "worker")])];
}

function usedSentence(summary: FigureSummary, metric: Metric): string {
  const format = (value: number) => formatMetric(value, metric);
  const range =
    summary.p50 === summary.p95
      ? `${format(summary.p50)} in nearly every run`
      : `${format(summary.p50)} in half of the runs, ${format(summary.p95)} in 95 of 100`;
  return `${METRIC_WORDS[metric]}: at most ${range}; the most was ${summary.max_is_lower_bound ? "at least " : ""}${format(summary.max)}.`;
}

/** What was predicted of the newest run and given to it, and of how many what was predicted is known. */
function newestSentence({ entries, predicted }: MetricView, metric: Metric): string {
  const newest = entries.at(-1);
  if (newest === undefined) return "";
  const known = newest.run_id === undefined ? undefined : predictedFor(predicted?.get(newest.run_id), metric);
  const reserved = reservedFor(newest, metric);
  const words = [
    ...(known === undefined
      ? []
      : [`was predicted to ${metric === "duration" ? "take" : "need"} ${predictionText(known, metric)}`]),
    ...(reserved === undefined
      ? []
      : [
          metric === "duration"
            ? `might run ${formatMetric(reserved, metric)}`
            : `was given ${formatMetric(reserved, metric)}`,
        ]),
  ];
  const kept = predicted === undefined ? "" : predictedOfText(entries, predicted, metric);
  return words.length === 0 ? kept : `The newest run ${words.join(" and ")}. ${kept}`.trim();
}

function distributionSentence(values: readonly number[], metric: Metric, { p50, p95 }: FigureSummary): string {
  return `${values.length} runs that ran to their own end: the median is ${formatMetric(p50, metric)}, the 95th percentile ${formatMetric(p95, metric)}.`;
}

function marksOf(entries: readonly HistoryEntry[], metric: Metric, { p50, p95 }: FigureSummary): AmountMark[] {
  const newest = entries.at(-1);
  const reserved = newest === undefined ? undefined : reservedFor(newest, metric);
  return [
    { name: "p50", amount: p50, look: "now" },
    { name: "p95", amount: p95, look: "predicted" },
    ...(reserved === undefined
      ? []
      : [{ name: metric === "duration" ? "may run" : "reserved", amount: reserved, look: "reserved" } as const]),
  ];
}

function whatIfPart({ entries, whatIf }: MetricView, values: readonly number[], summary: FigureSummary): VNode[] {
  const { action, fields, amount } = whatIf;
  const marks = marksOf(entries, "memory", summary);
  return [
    e("h3", { id: "what-if" }, "What if another amount had been reserved?"),
    e(
      "p",
      { role: "status" },
      amount === undefined
        ? "Choose an amount: by pointer or arrow keys in the picture, each bar says what its upper end would have come to; or any amount here."
        : whatIfSentence(reserveInstead(entries, amount)),
    ),
    whatIfForm(action, fields, amount),
    histogramChart({
      sentence: distributionSentence(values, "memory", summary),
      values,
      metric: "memory",
      marks: amount === undefined ? marks : [...marks, { name: "what if", amount, look: "change" }],
      textOf: (upper) => `with ${formatBytes(upper)} reserved: ${whatIfText(reserveInstead(entries, upper))}`,
    }),
  ];
}
