import type { VNode } from "preact";
import type { HistoryEntry } from "../../domain/history.ts";
import type { Slowness } from "../../domain/slowness.ts";
import type { HistoryKey } from "../../domain/task.ts";
import { formatBytes, formatDuration } from "../../domain/units.ts";
import { runGroups, type RunGroup } from "../../history/run-groups.ts";
import type { FigureSummary } from "../../history/summary.ts";
import { reachOf } from "../charts/dot-interval.ts";
import { element as e } from "../element.ts";
import { FACTOR_HEADS, factorCells } from "./factor-cells.ts";
import { historyAddress, workerLink } from "./links.ts";
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
): VNode[] {
  const groups = runGroups(entries, "worker_name");
  if (groups.length === 0) return [];
  const shown = groups.slice(0, MOST_ROWS);
  const reach = reachOf(shown.flatMap(({ name }) => speeds.get(name) ?? []));
  const isKnown = shown.some(({ name }) => speeds.has(name));
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
      ["Worker", ...GROUP_HEADS, ...(isKnown ? FACTOR_HEADS : [])],
      shown.map((group) => [
        workerLink(root, group.name),
        ...figureCells(group),
        ...(isKnown ? factorCells(speeds.get(group.name), reach) : []),
      ]),
    ),
    ...restText(groups.length - shown.length, "workers"),
  ];
}

/** The runs by their context, each a history of its own; nothing where all are of one. */
export function byContext(
  root: string,
  entries: readonly HistoryEntry[],
  key: Pick<HistoryKey, "task_type" | "task_name"> & { subject?: string | undefined },
): VNode[] {
  const groups = runGroups(entries, "context");
  if (groups.length < 2) return [];
  const { task_type, task_name, subject } = key;
  const address = (context: string) =>
    historyAddress(root, { task_type, task_name, context, ...(subject !== undefined && { subject }) });
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
