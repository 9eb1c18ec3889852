import type { VNode } from "preact";
import { scaleLinear, scaleUtc } from "d3-scale";
import { line, curveStepAfter } from "d3-shape";
import { epochMs, timestamp } from "../../domain/clock.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import type { Result } from "../../domain/work-request.ts";
import { formatMetric, isLowerBound, metricValue, type Metric } from "../../history/metric.ts";
import { outcomeText } from "../../domain/outcome-text.ts";
import { element as e } from "../element.ts";
import { momentText } from "../parts/time.ts";
import { amountAxis, bottomAxis } from "./axes.ts";
import { chart, markPath, type Canvas, type Mark, type ReadablePoint } from "./figure.ts";
import { formatIn, roundTicks, unitOf } from "./scales.ts";

/** Shape and colour of a run by its result; the shape alone is enough. */
const MARKS: Record<Result, { mark: Mark; look: string; word: string }> = {
  success: { mark: "dot", look: "dots success", word: "passed" },
  failure: { mark: "triangle", look: "marks failure", word: "failed" },
  error: { mark: "square", look: "marks error", word: "not the work's fault" },
  skipped: { mark: "diamond", look: "marks skipped", word: "skipped" },
};

/** A figure of the runs of a history over time, and what was reserved for each; oldest first. */
export function historyChart(root: string, entries: readonly HistoryEntry[], metric: Metric, sentence: string): VNode {
  const points = entries.flatMap((entry) => pointOf(root, entry, metric));
  const results = new Set(points.map((point) => point.result));
  const hasReserved = points.some(({ reserved }) => reserved !== undefined);
  return chart({
    sentence,
    legend: [
      ...(Object.keys(MARKS) as Result[]).filter((result) => results.has(result)).map((result) => MARKS[result]), // its keys
      ...(hasReserved
        ? [
            {
              look: "reserved",
              mark: "line",
              word: metric === "duration" ? "longest it might run" : "reserved",
            } as const,
          ]
        : []),
    ],
    points,
    zooms: true,
    draw: (canvas) => draw(canvas, points, metric),
  });
}

type Point = ReadablePoint & { result: Result; reserved: number | undefined };

function pointOf(root: string, entry: HistoryEntry, metric: Metric): Point[] {
  const value = metricValue(entry, metric);
  if (value === undefined) return [];
  const reserved = reservedFor(entry, metric);
  const words = [
    `${isLowerBound(entry, metric) ? "at least " : ""}${formatMetric(value, metric)}`,
    ...(reserved === undefined ? [] : [`of ${formatMetric(reserved, metric)}`]),
    outcomeText(entry.outcome),
    momentText(entry.completed_at),
    ...(entry.work_request_id === undefined ? [] : [`#${entry.work_request_id}`]),
    ...(entry.worker_name === undefined ? [] : [`on ${entry.worker_name}`]),
  ];
  return [
    {
      x: epochMs(entry.completed_at),
      y: value,
      text: words.join(" · "),
      ...(entry.work_request_id !== undefined && { href: `${root}r/${entry.work_request_id}` }),
      result: entry.result,
      reserved,
    },
  ];
}

function reservedFor({ allocation }: HistoryEntry, metric: Metric): number | undefined {
  return metric === "cpu_time" ? undefined : allocation?.[metric].amount;
}

/** A limit that was set without knowing the work would leave the work itself flat at the bottom. */
const HIGHEST_LINE = 3;

function draw(canvas: Canvas, points: readonly Point[], metric: Metric) {
  const unit = unitOf(metric);
  const times = points.map(({ x }) => x);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const margin = Math.max(60_000, (last - first) * 0.01);
  const most = Math.max(...points.map(({ y }) => y));
  const reserved = points.flatMap((point) => (point.reserved === undefined ? [] : [point.reserved]));
  const top = Math.max(most, Math.min(Math.max(0, ...reserved), most * HIGHEST_LINE)) * 1.08 || 1;
  const x = scaleUtc([first - margin, last + margin], [canvas.left, canvas.right]);
  const y = scaleLinear([0, top], [canvas.bottom, canvas.top]);
  const narrow = canvas.width < 500;
  const timeTicks = x.ticks(narrow ? 3 : 7);
  const format = timeFormat(last - first);
  return {
    x: [first - margin, last + margin] as const,
    y: [0, top] as const,
    marks: [
      ...amountAxis(
        canvas,
        roundTicks(unit, top, 5).map((tick) => ({ at: y(tick), text: formatIn(unit, tick) })),
      ),
      ...bottomAxis(
        canvas,
        timeTicks.map((tick) => ({ at: x(tick), text: format(tick) })),
      ),
      reservedLine(
        points,
        (at) => x(at),
        (amount) => y(Math.min(amount, top)),
      ),
      ...resultPaths(
        points,
        (at) => x(at),
        (amount) => y(amount),
      ),
    ],
  };
}

function reservedLine(points: readonly Point[], x: (at: number) => number, y: (amount: number) => number): VNode {
  const path = line<Point>()
    .defined(({ reserved }) => reserved !== undefined)
    .x((point) => Math.round(x(point.x)))
    .y((point) => Math.round(y(point.reserved ?? 0)))
    .curve(curveStepAfter);
  return e("path", { class: "reserved", d: path(points) ?? "" });
}

/** One path for each result: ten thousand runs are eleven elements. Points that would cover each other are drawn once. */
function resultPaths(points: readonly Point[], x: (at: number) => number, y: (amount: number) => number): VNode[] {
  const parts = new Map<Result, Set<string>>();
  for (const point of points) {
    const drawn = parts.get(point.result) ?? new Set();
    drawn.add(markPath(MARKS[point.result].mark, Math.round(x(point.x)), Math.round(y(point.y))));
    parts.set(point.result, drawn);
  }
  return [...parts].map(([result, drawn]) => e("path", { class: MARKS[result].look, d: [...drawn].join("") }));
}

const HOUR_MS = 3_600_000;

/** As much of a moment as tells the ticks apart. */
function timeFormat(spanMs: number): (at: Date) => string {
  return (at) => {
    const text = momentText(timestamp(at.getTime()));
    if (spanMs < 24 * HOUR_MS) return text.slice(11, spanMs < HOUR_MS / 4 ? 19 : 16);
    return spanMs < 5 * 24 * HOUR_MS ? text.slice(5, 16) : text.slice(0, 10);
  };
}
