import type { VNode } from "preact";
import { formatDuration } from "../../domain/units.ts";
import { element as e } from "../element.ts";
import type { Result } from "../../domain/work-request.ts";
import { bottomAxis } from "./axes.ts";
import { drawnTicks, drawnTime, type DrawnTime, type Stretch } from "./compressed-time.ts";
import { chart, markPath, short, type Canvas, type ChartParts, type Mark } from "./figure.ts";
import { timeScale } from "./time-axis.ts";

/** What a span of time was: waiting, about to start, going on, expected to, expected to end in, or how it ended. */
export type SpanKind = "waiting" | "starting" | "running" | "expected" | "ending" | "aborted" | Result;

/** A span of a lane; milliseconds since 1970. */
export type Span = { from: number; to: number; kind: SpanKind; text: string; href?: string | undefined };

/** One row of the picture: its name, what stands above it where that is more than the name, and spans that do not overlap. */
export type Lane = { name: string; title?: string; spans: readonly Span[] };

/** Lanes over time: a Gantt chart, or the states of one thing. */
export type Timeline = {
  sentence: string;
  lanes: readonly Lane[];
  /** Between which moments, milliseconds since 1970; what lies outside is cut off. */
  range: readonly [number, number];
  /** A line at this moment, milliseconds since 1970. */
  now?: number | undefined;
  /** Its axis is the address's span of time; one that does not zoom draws short what is idle for long. */
  zooms?: boolean;
};

/** Each kind by its look, its mark at the end (so that colour is not all) and its word. */
const KINDS: Record<SpanKind, { look: string; word: string; mark?: Mark }> = {
  waiting: { look: "span-waiting", word: "waited" },
  starting: { look: "span-starting", word: "was about to start" },
  running: { look: "span-running", word: "runs" },
  expected: { look: "span-expected", word: "should go on" },
  ending: { look: "span-ending", word: "should end in here (p50 to p90)" },
  success: { look: "span-success", word: "passed" },
  failure: { look: "span-failure", word: "failed", mark: "triangle" },
  error: { look: "span-error", word: "not the work's fault", mark: "square" },
  skipped: { look: "span-waiting", word: "skipped", mark: "diamond" },
  aborted: { look: "span-waiting", word: "aborted", mark: "diamond" },
};

/** What takes a smaller part of the whole is not seen, and needs no word below the picture. */
const LEAST_NAMED = 0.001;
const NAME_HEIGHT = 15;
const BAR_HEIGHT = 12;
const LANE_HEIGHT = NAME_HEIGHT + BAR_HEIGHT + 7;
/** Lanes without names stand closer. */
const BARE_HEIGHT = BAR_HEIGHT + 5;

/** Draws lanes below each other, each with its name above its bar, so that long names fit into narrow windows. */
export function timelineChart({ sentence, lanes, range, now, zooms = false }: Timeline): VNode {
  const laneHeight = lanes.every(({ name }) => name === "") ? BARE_HEIGHT : LANE_HEIGHT;
  const least = (range[1] - range[0]) * LEAST_NAMED;
  const present = new Set(
    lanes.flatMap(({ spans }) => spans.flatMap(({ from, to, kind }) => (to - from >= least ? [kind] : []))),
  );
  const time = drawnTime(range, zooms ? [{ from: range[0], to: range[1] }] : busyIn(lanes));
  const points = lanes.flatMap(({ name, spans }, index) =>
    spans.map(({ from, to, text, href }) => {
      const [begin, end] = [time.place(Math.max(from, range[0])), time.place(Math.min(to, range[1]))];
      return {
        x: (zooms ? range[0] : 0) + (begin + end) / 2,
        y: index + (laneHeight - BAR_HEIGHT / 2 - 3) / laneHeight,
        reach: (end - begin) / 2,
        text: name === "" ? text : `${name}: ${text}`,
        href,
      };
    }),
  );
  return chart({
    sentence: [sentence, ...gapsText(time.gaps)].join(" "),
    legend: [
      ...legendOf(present, now !== undefined),
      ...(time.gaps.length === 0 ? [] : [{ look: "gap", mark: "area", word: "nothing ran: drawn short" } as const]),
    ],
    plotHeight: lanes.length * laneHeight,
    points: points.sort((a, b) => a.x - b.x),
    zooms,
    draw: (canvas) => draw(canvas, { lanes, range, now, zooms, time }, laneHeight),
  });
}

/** Where something went on, or should; what only waits is idle. */
function busyIn(lanes: readonly Lane[]): Stretch[] {
  return lanes.flatMap(({ spans }) => spans.filter(({ kind }) => kind !== "waiting"));
}

function gapsText(gaps: readonly Stretch[]): string[] {
  if (gaps.length === 0) return [];
  const all = formatDuration(gaps.reduce((sum, { from, to }) => sum + to - from, 0) / 1000);
  return [
    gaps.length === 1
      ? `${all} in which nothing ran are drawn short.`
      : `${gaps.length} stretches in which nothing ran, ${all} in all, are drawn short.`,
  ];
}

function legendOf(present: ReadonlySet<SpanKind>, hasNow: boolean): ChartParts["legend"] {
  const kinds = (Object.keys(KINDS) as SpanKind[]).filter((kind) => present.has(kind)); // its keys
  return [
    ...kinds.map((kind) => ({
      look: KINDS[kind].look,
      mark: kind === "ending" ? ("line" as const) : ("area" as const),
      word: KINDS[kind].word,
    })),
    ...(hasNow ? [{ look: "now", mark: "line" as const, word: "now" }] : []),
  ];
}

type Drawn = Pick<Timeline, "lanes" | "range" | "now" | "zooms"> & { time: DrawnTime };

function draw(canvas: Canvas, { lanes, range, now, zooms, time }: Drawn, laneHeight: number) {
  const left = NARROW_LEFT;
  const inner = { ...canvas, left };
  const x = (at: number) => left + (time.place(at) / time.length) * (inner.right - left);
  const ticks = time.gaps.length === 0 ? timeScale(inner, range).ticks : drawnTicks(inner, range, time, x);
  const yOf = (index: number) => canvas.top + index * laneHeight + laneHeight - BAR_HEIGHT - 3;
  return {
    left,
    x: zooms ? range : ([0, time.length] as const),
    y: [lanes.length, 0] as const,
    marks: [
      ...time.gaps.flatMap(({ from, to }) => gapMarks(inner, [x(from), x(to)], formatDuration((to - from) / 1000))),
      ...ticks.map(({ at }) => e("path", { class: "grid", d: `M${short(at)} ${canvas.top}V${canvas.bottom}` })),
      ...bottomAxis(inner, ticks),
      ...lanes.flatMap(({ name, title = name }, index) =>
        title === "" ? [] : [e("text", { x: left, y: yOf(index) - 4, class: "lane" }, cutName(title, canvas))],
      ),
      ...spanPaths(lanes, range, x, yOf),
      ...(now === undefined || now > range[1] ? [] : [nowLine(x(now), canvas)]),
    ],
  };
}

/** A pale stripe with how long it really is, at its foot. */
function gapMarks({ top, bottom }: Canvas, [from, to]: readonly [number, number], text: string): VNode[] {
  return [
    e("rect", { class: "gap", x: short(from), y: top, width: short(to - from), height: bottom - top }),
    e("text", { x: short((from + to) / 2), y: top - 2, "text-anchor": "middle" }, text),
  ];
}

/** Names stand above their bars, so no room is needed at the left. */
const NARROW_LEFT = 4;
const WIDTH_OF_CHARACTER = 6.5;

function cutName(name: string, { right }: Canvas): string {
  const most = Math.floor((right - NARROW_LEFT) / WIDTH_OF_CHARACTER);
  return name.length <= most ? name : `${name.slice(0, most - 1)}…`;
}

function nowLine(at: number, { top, bottom }: Canvas): VNode {
  return e("path", { class: "now", d: `M${short(at)} ${top}V${bottom}` });
}

/** One path for all spans of a kind, and one for their marks. */
function spanPaths(
  lanes: readonly Lane[],
  [first, last]: readonly [number, number],
  x: (at: number) => number,
  yOf: (index: number) => number,
): VNode[] {
  const bars = new Map<SpanKind, string[]>();
  const marks = new Map<Mark, string[]>();
  for (const [index, { spans }] of lanes.entries()) {
    for (const { from, to, kind } of spans) {
      if (to < first || from > last) continue;
      const [left, right] = [x(Math.max(from, first)), x(Math.min(to, last))];
      const width = Math.max(1.5, right - left);
      append(bars, kind, kind === "ending" ? whisker(left, yOf(index), width) : bar(left, yOf(index), width));
      const { mark } = KINDS[kind];
      if (mark !== undefined && to <= last)
        append(marks, mark, markPath(mark, left + width, yOf(index) + BAR_HEIGHT / 2));
    }
  }
  return [
    ...[...bars].map(([kind, paths]) => e("path", { class: KINDS[kind].look, d: paths.join("") })),
    ...[...marks.values()].map((paths) => e("path", { class: "span-end", d: paths.join("") })),
  ];
}

function bar(left: number, top: number, width: number): string {
  return `M${short(left)} ${top}h${short(width)}v${BAR_HEIGHT}h${short(-width)}z`;
}

/** A line to where it ends, with a cap there. */
function whisker(left: number, top: number, width: number): string {
  return `M${short(left)} ${top + BAR_HEIGHT / 2}h${short(width)}m0 ${-BAR_HEIGHT / 2}v${BAR_HEIGHT}`;
}

function append<Key>(lists: Map<Key, string[]>, key: Key, path: string): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [path]);
  else list.push(path);
}
