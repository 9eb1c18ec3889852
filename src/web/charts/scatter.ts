import type { VNode } from "preact";
import { scaleLinear } from "d3-scale";
import { line, curveStepAfter } from "d3-shape";
import { epochMs } from "../../domain/clock.ts";
import type { Finding } from "../../domain/finding.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import type { Result } from "../../domain/work-request.ts";
import { metricValue, type Metric } from "../../history/metric.ts";
import { element as e } from "../element.ts";
import { entryText, reservedFor, RESULT_LOOKS } from "../parts/entry-text.ts";
import { amountAxis, bottomAxis } from "./axes.ts";
import { chart, markPath, type Canvas, type ReadablePoint } from "./figure.ts";
import { formatIn, roundTicks, unitOf } from "./scales.ts";
import { timeScale } from "./time-axis.ts";

/** What is to be seen in a history, and where it changed for good. */
export type HistoryView = { sentence: string; changes: readonly Finding[] };

/** A figure of the runs of a history over time, and what was reserved for each; oldest first. */
export function historyChart(
  root: string,
  entries: readonly HistoryEntry[],
  metric: Metric,
  { sentence, changes }: HistoryView,
): VNode {
  // of drift it is kept when the first run on the new level ended; imported runs have no id to know them by
  const because = new Map(changes.map((change) => [change.level_since, change.because]));
  const points = entries.flatMap((entry) => pointOf(root, entry, metric, because.get(entry.completed_at)));
  const results = new Set(points.map((point) => point.result));
  const shown = (Object.keys(RESULT_LOOKS) as Result[]).filter((result) => results.has(result)); // its keys
  const hasReserved = points.some(({ reserved }) => reserved !== undefined);
  return chart({
    sentence,
    legend: [
      ...shown.map((result) => RESULT_LOOKS[result]),
      ...(hasReserved
        ? [
            {
              look: "reserved",
              mark: "line",
              word: metric === "duration" ? "longest it might run" : "reserved",
            } as const,
          ]
        : []),
      ...(points.some(({ change }) => change !== undefined)
        ? [{ look: "change", mark: "diamond", word: "changed here" } as const]
        : []),
    ],
    points,
    zooms: true,
    draw: (canvas) => draw(canvas, points, metric),
  });
}

type Point = ReadablePoint & { result: Result; reserved: number | undefined; change: string | undefined };

function pointOf(root: string, entry: HistoryEntry, metric: Metric, change: string | undefined): Point[] {
  const value = metricValue(entry, metric);
  if (value === undefined) return [];
  const reserved = reservedFor(entry, metric);
  return [
    {
      x: epochMs(entry.completed_at),
      y: value,
      text: `${entryText(entry, metric)}${change === undefined ? "" : ` · ${change}`}`,
      ...(entry.work_request_id !== undefined && { href: `${root}r/${entry.work_request_id}` }),
      result: entry.result,
      reserved,
      change,
    },
  ];
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
  const { x, ticks } = timeScale(canvas, [first - margin, last + margin]);
  const y = scaleLinear([0, top], [canvas.bottom, canvas.top]);
  return {
    x: [first - margin, last + margin] as const,
    y: [0, top] as const,
    marks: [
      ...amountAxis(
        canvas,
        roundTicks(unit, top, 5).map((tick) => ({ at: y(tick), text: formatIn(unit, tick) })),
      ),
      ...bottomAxis(canvas, ticks),
      reservedLine(points, x, (amount) => y(Math.min(amount, top))),
      ...resultPaths(points, x, (amount) => y(amount)),
      ...points
        .filter(({ change }) => change !== undefined)
        .map((point) => changeMark(canvas, Math.round(x(point.x)), Math.round(y(point.y)))),
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

/** A diamond around the first run that shows a change, on a line through the picture. */
function changeMark({ top, bottom }: Canvas, x: number, y: number): VNode {
  const diamond = `M${x} ${y - 8}L${x + 8} ${y}L${x} ${y + 8}L${x - 8} ${y}Z`;
  return e("path", { class: "change", d: `M${x} ${bottom}V${y + 8}M${x} ${y - 8}V${top}${diamond}` });
}

/** One path for each result: ten thousand runs are eleven elements. Points that would cover each other are drawn once. */
function resultPaths(points: readonly Point[], x: (at: number) => number, y: (amount: number) => number): VNode[] {
  const parts = new Map<Result, Set<string>>();
  for (const point of points) {
    const drawn = parts.get(point.result) ?? new Set();
    drawn.add(markPath(RESULT_LOOKS[point.result].mark, Math.round(x(point.x)), Math.round(y(point.y))));
    parts.set(point.result, drawn);
  }
  return [...parts].map(([result, drawn]) => e("path", { class: RESULT_LOOKS[result].look, d: [...drawn].join("") }));
}
