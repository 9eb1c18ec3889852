import type { VNode } from "preact";
import { scaleLinear } from "d3-scale";
import type { HistoryEntry } from "../../domain/history.ts";
import type { Result } from "../../domain/work-request.ts";
import type { CourseRun } from "../../domain/task-course.ts";
import { courseRunOf } from "../../history/task-course.ts";
import { element as e } from "../element.ts";
import { entryText, RESULT_LOOKS } from "../parts/entry-text.ts";
import { chart, markPath, short } from "./figure.ts";

const PLOT_HEIGHT = 64;
/** Room above the bars for the marks of those that did not pass. */
const MARK_ROOM = 12;
/** A run whose duration is not known, or next to nothing, is still seen. */
const LEAST_HEIGHT = 3;

/** The results of the newest runs side by side: as high as each took long, with a mark above what did not pass. */
export function stripChart(root: string, oldestFirst: readonly HistoryEntry[], sentence: string): VNode {
  const results = new Set(oldestFirst.map(({ result }) => result));
  const shown = (Object.keys(RESULT_LOOKS) as Result[]).filter((result) => results.has(result)); // its keys
  return chart({
    sentence,
    legend: shown.map((result) => ({ look: `strip ${result}`, mark: "area", word: RESULT_LOOKS[result].word })),
    plotHeight: PLOT_HEIGHT,
    points: oldestFirst.map((entry, index) => ({
      x: index + 0.5,
      y: 0,
      reach: 0.5,
      text: entryText(entry, "duration"),
      href: entry.work_request_id === undefined ? undefined : `${root}r/${entry.work_request_id}`,
    })),
    draw: ({ right, top, bottom }) => {
      const place = { left: 4, right, top: top + MARK_ROOM, bottom };
      return { left: 4, x: [0, oldestFirst.length], y: [0, 1], marks: stripMarks(oldestFirst.map(courseRunOf), place) };
    },
  });
}

/** The same in a cell of a table, without reading: `sentence` says what it shows. */
export function smallStrip(oldestFirst: readonly CourseRun[], sentence: string): VNode {
  const [width, height] = [STRIP_WIDTH, 28];
  return e(
    "svg",
    { class: "small", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": sentence },
    ...stripMarks(oldestFirst, { left: 0, right: width, top: 9, bottom: height }),
  );
}

const STRIP_WIDTH = 150;

type Box = { left: number; right: number; top: number; bottom: number };

/** One path for each result, and one for the marks above. */
function stripMarks(runs: readonly CourseRun[], { left, right, top, bottom }: Box): VNode[] {
  const durations = runs.map(({ duration }) => duration ?? 0);
  const height = scaleLinear([0, Math.max(...durations) || 1], [0, bottom - top]);
  const width = (right - left) / runs.length;
  const bars = new Map<Result, string>();
  let marks = "";
  for (const [index, { result }] of runs.entries()) {
    const x = left + index * width;
    const high = Math.max(LEAST_HEIGHT, height(durations[index] ?? 0));
    const bar = `M${short(x)} ${bottom}v${short(-high)}h${short(width * 0.8)}V${bottom}z`;
    bars.set(result, (bars.get(result) ?? "") + bar);
    const { mark } = RESULT_LOOKS[result];
    if (result !== "success") marks += markPath(mark, x + width * 0.4, bottom - high - 5);
  }
  return [
    ...[...bars].map(([result, d]) => e("path", { class: `strip ${result}`, d })),
    ...(marks === "" ? [] : [e("path", { class: "strip-mark", d: marks })]),
  ];
}
