import type { VNode } from "preact";
import { scaleLinear } from "d3-scale";
import { area, line, curveStepAfter } from "d3-shape";
import { epochMs } from "../../domain/clock.ts";
import type { Finding } from "../../domain/finding.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import type { RunId } from "../../domain/ids.ts";
import { formatMetric, metricValue, type Metric } from "../../history/metric.ts";
import { element as e } from "../element.ts";
import { entryText, reservedFor } from "../parts/entry-text.ts";
import { askedFor, predictedFor, type Predicted, type Prediction } from "../parts/predicted.ts";
import { amountAxis, bottomAxis } from "./axes.ts";
import { chart, markPath, type Canvas, type ChartParts, type ReadablePoint } from "./figure.ts";
import { beyondMarks, fitAxis } from "./off-scale.ts";
import { resultMarking, workerMarking, type RunMark } from "./run-marks.ts";
import { formatIn, roundTicks, unitOf } from "./scales.ts";
import { timeScale } from "./time-axis.ts";

/** What is to be seen in a history, where it changed for good, and what was predicted of its runs. */
export type HistoryView = {
  sentence: string;
  changes: readonly Finding[];
  /** Absent, or without a run: nothing is drawn of it. */
  predicted?: ReadonlyMap<RunId, Predicted> | undefined;
  /** What the marks tell beside how runs ended, which they tell alone where it is absent. By worker nothing else is drawn. */
  by?: "worker" | undefined;
};

/** A figure of the runs of a history over time; what was predicted, asked and reserved for each; oldest first. */
export function historyChart(
  root: string,
  entries: readonly HistoryEntry[],
  metric: Metric,
  { sentence, changes, predicted, by }: HistoryView,
): VNode {
  // of drift it is kept when the first run on the new level ended; imported runs have no id to know them by
  const because = new Map(changes.map((change) => [change.level_since, change.because]));
  const measured = entries.filter((entry) => metricValue(entry, metric) !== undefined);
  const { markOf, legend } = by === "worker" ? workerMarking(measured) : resultMarking(measured);
  const points = measured.map((entry): Point => {
    const change = because.get(entry.completed_at);
    const run = { ...runPoint(root, entry, metric, change), ...markOf(entry), change };
    return by === "worker" ? { ...run, ...NO_LINES } : { ...run, ...linesOf(entry, metric, predicted) };
  });
  return chart({
    sentence,
    legend: [...legend, ...lineLegend(points, metric)],
    points,
    zooms: true,
    draw: (canvas) => draw(canvas, points, metric),
  });
}

function lineLegend(points: readonly Point[], metric: Metric): ChartParts["legend"] {
  const some = (field: "reserved" | "predicted" | "change") => points.some((point) => point[field] !== undefined);
  const lineOf = (look: string, word: string) => ({ look, mark: "line", word }) as const;
  return [
    ...(some("predicted") ? [{ look: "band", mark: "area", word: bandWord(points) } as const] : []),
    ...(hasAskedLine(points) ? [lineOf("asked", "asked")] : []),
    ...(some("reserved") ? [lineOf("reserved", metric === "duration" ? "longest it might run" : "reserved")] : []),
    ...(some("change") ? [{ look: "change", mark: "diamond", word: "changed here" } as const] : []),
  ];
}

/** Predictions from before a p5 was kept, and those of few runs, have none. */
function bandWord(points: readonly Point[]): string {
  const known = points.flatMap(({ predicted }) => predicted ?? []);
  const without = known.filter(({ p5 }) => p5 === undefined).length;
  if (without === 0) return "predicted: p5 to p95";
  return without === known.length ? "predicted: p50 to p95" : "predicted: p5 (where not known, p50) to p95";
}

type Point = ReadablePoint & RunMark & Lines & { change: string | undefined };

/** What was given to a run and thought of it, which is drawn behind the runs. */
type Lines = { reserved: number | undefined; asked: number | undefined; predicted: Prediction | undefined };

const NO_LINES: Lines = { reserved: undefined, asked: undefined, predicted: undefined };

function linesOf(entry: HistoryEntry, metric: Metric, predicted: HistoryView["predicted"]): Lines {
  const known = entry.run_id === undefined ? undefined : predicted?.get(entry.run_id);
  return {
    reserved: reservedFor(entry, metric),
    asked: askedFor(known, metric),
    predicted: predictedFor(known, metric),
  };
}

function runPoint(root: string, entry: HistoryEntry, metric: Metric, change: string | undefined): ReadablePoint {
  return {
    x: epochMs(entry.completed_at),
    y: metricValue(entry, metric) ?? 0, // only entries that have it get here
    text: `${entryText(entry, metric)}${change === undefined ? "" : ` · ${change}`}`,
    ...(entry.work_request_id !== undefined && { href: `${root}r/${entry.work_request_id}` }),
  };
}

/** What was asked needs a line only where something else was given. */
function hasAskedLine(points: readonly Point[]): boolean {
  return points.some(({ asked, reserved }) => asked !== undefined && asked !== reserved);
}

function draw(canvas: Canvas, points: readonly Point[], metric: Metric) {
  const unit = unitOf(metric);
  const times = points.map(({ x }) => x);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const margin = Math.max(60_000, (last - first) * 0.01);
  const most = Math.max(...points.map(({ y }) => y));
  const { top, beyond } = fitAxis(most, highestLines(points, metric));
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
      predictedBand(points, last + margin, x, (amount) => y(Math.min(amount, top))),
      ...(hasAskedLine(points) ? [stepLine("asked", "asked", points, x, (amount) => y(Math.min(amount, top)))] : []),
      stepLine("reserved", "reserved", points, x, (amount) => y(Math.min(amount, top))),
      ...runPaths(points, x, (amount) => y(amount)),
      ...points
        .filter(({ change }) => change !== undefined)
        .map((point) => changeMark(canvas, Math.round(x(point.x)), Math.round(y(point.y)))),
      ...beyondMarks(canvas, beyond),
    ],
  };
}

/** The most of each line, with its words for where it is beyond the picture. */
function highestLines(points: readonly Point[], metric: Metric): { most: number; text: string }[] {
  const highest = (word: string, amounts: readonly number[]) => {
    const most = Math.max(0, ...amounts);
    return { most, text: `${word} up to ${formatMetric(most, metric)}` };
  };
  return [
    highest(
      metric === "duration" ? "might run" : "reserved",
      points.map(({ reserved = 0 }) => reserved),
    ),
    highest(
      "predicted",
      points.map(({ predicted }) => predicted?.p95 ?? 0),
    ),
    ...(hasAskedLine(points)
      ? [
          highest(
            "asked",
            points.map(({ asked = 0 }) => asked),
          ),
        ]
      : []),
  ];
}

function stepLine(
  field: "reserved" | "asked",
  look: string,
  points: readonly Point[],
  x: (at: number) => number,
  y: (amount: number) => number,
): VNode {
  const path = line<Point>()
    .defined((point) => point[field] !== undefined)
    .x((point) => Math.round(x(point.x)))
    .y((point) => Math.round(y(point[field] ?? 0)))
    .curve(curveStepAfter);
  return e("path", { class: look, d: path(points) ?? "" });
}

type BandPoint = { x: number; predicted: Prediction | undefined };

/** What was predicted of each run when it was placed, until the next; after the newest to the end of the picture. */
function predictedBand(
  points: readonly Point[],
  last: number,
  x: (at: number) => number,
  y: (amount: number) => number,
): VNode {
  const stops = points.flatMap(({ x: from, predicted }, index): BandPoint[] => {
    const next = points[index + 1];
    if (predicted === undefined || next?.predicted !== undefined) return [{ x: from, predicted }];
    return [
      { x: from, predicted },
      { x: next?.x ?? last, predicted },
    ];
  });
  const path = area<BandPoint>()
    .defined(({ predicted }) => predicted !== undefined)
    .x((point) => Math.round(x(point.x)))
    .y0((point) => Math.round(y(point.predicted?.p5 ?? point.predicted?.p50 ?? 0)))
    .y1((point) => Math.round(y(point.predicted?.p95 ?? 0)))
    .curve(curveStepAfter);
  return e("path", { class: "band", d: path(stops) ?? "" });
}

/** A diamond around the first run that shows a change, on a line through the picture. */
function changeMark({ top, bottom }: Canvas, x: number, y: number): VNode {
  const diamond = `M${x} ${y - 8}L${x + 8} ${y}L${x} ${y + 8}L${x - 8} ${y}Z`;
  return e("path", { class: "change", d: `M${x} ${bottom}V${y + 8}M${x} ${y - 8}V${top}${diamond}` });
}

/** One path for each mark: ten thousand runs are a dozen elements. Points that would cover each other are drawn once. */
function runPaths(points: readonly Point[], x: (at: number) => number, y: (amount: number) => number): VNode[] {
  const parts = new Map<string, Set<string>>();
  for (const point of points) {
    const drawn = parts.get(point.look) ?? new Set();
    drawn.add(markPath(point.mark, Math.round(x(point.x)), Math.round(y(point.y))));
    parts.set(point.look, drawn);
  }
  return [...parts].map(([look, drawn]) => e("path", { class: look, d: [...drawn].join("") }));
}
