import type { VNode } from "preact";
import type { Accuracy, AccuracyReport, ResourceAccuracy } from "../../domain/accuracy.ts";
import { RESOURCES, type Resource } from "../../domain/allocation.ts";
import { RESOURCE_WORDS } from "../../domain/amount-text.ts";
import { P95_COVERAGE } from "../../domain/coverage-text.ts";
import type { TaskType } from "../../domain/task.ts";
import { formatShare } from "../../domain/units.ts";
import { element as e } from "../element.ts";
import { historyAddress, queryText } from "../parts/links.ts";
import { numberHead, table, type Cell, type Head, type Row } from "../parts/table.ts";
import { dayText } from "../parts/time.ts";
import { endErrorText } from "./told-ends.ts";

/** What a run must have for which an estimate is asked most: these two are shown over time and by task. */
export const SHOWN = [
  { resource: "memory", look: "first" },
  { resource: "duration", look: "second" },
] as const satisfies readonly { resource: Resource; look: string }[];

/** The one task that is looked at. */
export type ShownTask = { task_type: TaskType; task_name: string };

/** The page's address from the root. */
export function accuracyAddress({ days, task }: { days: number; task?: ShownTask | undefined }): string {
  return `accuracy${queryText({ days, ...task })}`;
}

type ShownShare = "below_p5" | "below_p50" | "below_p95" | "median_error";

function shareCell(figures: ResourceAccuracy | undefined, field: ShownShare): string {
  const share = figures?.[field];
  return share == null ? "–" : formatShare(share);
}

/** How good the estimates of each resource were. */
export function resourceTable({ resources }: Accuracy): VNode {
  const rows = RESOURCES.flatMap((resource): Row[] => {
    const figures = resources[resource];
    if (figures === undefined) return [];
    const { judged, deaths, deaths_as_asked } = figures;
    return [
      [
        RESOURCE_WORDS[resource],
        String(judged),
        shareCell(figures, "below_p5"),
        shareCell(figures, "below_p50"),
        shareCell(figures, "below_p95"),
        shareCell(figures, "median_error"),
        resource === "cpu_count" ? "–" : String(deaths),
        resource === "cpu_count" ? "–" : String(deaths_as_asked),
      ],
    ];
  });
  return table(
    "Accuracy by resource",
    [
      "Resource",
      numberHead("Runs judged"),
      numberHead("Below p5 (right: 5 %)"),
      numberHead("Below p50 (right: 50 %)"),
      numberHead("Below p95 (right: 95 %)"),
      numberHead("Median error"),
      numberHead("Died of our amount"),
      numberHead("Of one asked for"),
    ],
    rows,
  );
}

const FIGURE_HEADS: readonly Head[] = [
  numberHead("Runs"),
  ...SHOWN.flatMap(({ resource }) => {
    const word = resource === "memory" ? "Memory" : "Time";
    return [numberHead(`${word} below p95`), numberHead(`${word} error`)];
  }),
  numberHead("Told end error"),
  numberHead("Died of our amount"),
];

function figureCells(accuracy: Accuracy): Cell[] {
  const { runs, resources } = accuracy;
  return [
    String(runs),
    ...SHOWN.flatMap(({ resource }) => [
      shareCell(resources[resource], "below_p95"),
      shareCell(resources[resource], "median_error"),
    ]),
    endErrorText(accuracy, 0.5),
    String(Object.values(resources).reduce((sum, { deaths }) => sum + deaths, 0)),
  ];
}

/** How many runs passed their p95 beyond the one in twenty that is to. */
function passedTooOften({ resources }: Accuracy): number {
  const tooMany = SHOWN.map(({ resource }) => {
    const { below_p95 = null, judged = 0 } = resources[resource] ?? {};
    return below_p95 === null ? -1 : (P95_COVERAGE - below_p95) * judged;
  });
  return Math.max(...tooMany);
}

/** Those of each task; the worst first. */
export function taskTable(root: string, days: number, { tasks }: AccuracyReport): VNode {
  const rows = tasks
    .toSorted((a, b) => passedTooOften(b.accuracy) - passedTooOften(a.accuracy))
    .map(({ task_type, task_name, accuracy }): Row => {
      const task = { task_type, task_name };
      return {
        key: `${task_type} ${task_name}`,
        cells: [
          e("a", { href: root + accuracyAddress({ days, task }) }, task_name),
          ...figureCells(accuracy),
          e("a", { href: historyAddress(root, task), "aria-label": `history of ${task_name}` }, "history"),
        ],
      };
    });
  const head = [{ name: "Task", look: "name" }, ...FIGURE_HEADS, "Its runs"];
  return table("Tasks, those that passed their p95 too often first", head, rows);
}

/** Those of each day or week: what the charts show. */
export function spanTable({ over_time }: AccuracyReport): VNode {
  const rows = over_time.toReversed().map(({ from, accuracy }): Row => [dayText(from), ...figureCells(accuracy)]);
  return table("Over time", ["From", ...FIGURE_HEADS], rows);
}

/** What people took back of what was said. */
export function overruledPart({ overruled }: Accuracy): VNode[] {
  const count = overruled.reduce((sum, one) => sum + one.count, 0);
  if (count === 0) return [e("p", {}, "People overruled no verdict.")];
  const rows = overruled.map((one): Row => [
    one.from.replaceAll("_", " "),
    one.to.replaceAll("_", " "),
    String(one.count),
  ]);
  return [
    e("p", {}, `People overruled ${count === 1 ? "1 verdict" : `${count} verdicts`}.`),
    table("Verdicts that people overruled", ["What Almanac said", "What they said", numberHead("How often")], rows),
  ];
}
