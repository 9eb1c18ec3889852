import type { VNode } from "preact";
import type { Accuracy, AccuracyReport } from "../../domain/accuracy.ts";
import { formatShare } from "../../domain/units.ts";
import type { WasteGroup, WasteReport } from "../../domain/waste.ts";
import { element as e } from "../element.ts";
import { gibHours, hours } from "../parts/held-hours.ts";
import { historyAddress, queryText, workerLink } from "../parts/links.ts";
import { numberHead, table, type Cell, type Row } from "../parts/table.ts";
import { dayText } from "../parts/time.ts";

const FIGURE_HEADS = [
  numberHead("Runs"),
  numberHead("Reserved GiB·h"),
  numberHead("Used"),
  numberHead("Not used"),
  numberHead("Share"),
  numberHead("Asked for"),
  numberHead("Saved"),
  numberHead("Core·h not used"),
  numberHead("Died of ours"),
  numberHead("Of asked"),
];

function figureCells({ runs, resources: { memory, cpu_count: cpu } }: Accuracy): Cell[] {
  const held = memory?.held;
  return [
    String(runs),
    held == null ? "–" : gibHours(held.allocated),
    held == null ? "–" : gibHours(held.used),
    held == null ? "–" : gibHours(held.wasted),
    held?.wasted_share == null ? "–" : formatShare(held.wasted_share),
    held == null || held.asked_runs === 0 ? "–" : gibHours(held.asked),
    held == null || held.asked_runs === 0 ? "–" : savedCell(held.saved),
    cpu?.held == null ? "–" : hours(cpu.held.wasted),
    String(memory?.deaths ?? 0),
    String(memory?.deaths_as_asked ?? 0),
  ];
}

function savedCell(saved: number): string {
  return saved < 0 ? `−${gibHours(-saved)}` : gibHours(saved);
}

/** What the runs of each task reserved and used. */
export function taskTable(root: string, { tasks }: AccuracyReport): VNode {
  const rows = tasks.map(({ task_type, task_name, accuracy }): Row => {
    const link = e("a", { href: historyAddress(root, { task_type, task_name }) }, task_name);
    return { key: `${task_type} ${task_name}`, cells: [link, ...figureCells(accuracy)] };
  });
  const head = [{ name: "Task", look: "name" }, ...FIGURE_HEADS];
  return table("Tasks, those that left most memory unused first", head, rows);
}

const GROUP_WORDS: Record<WasteGroup, string> = { subject: "Subject", owner: "Owner", worker: "Worker" };

/** What the runs of each subject, owner or worker reserved and used. */
export function groupTable(root: string, by: WasteGroup, { groups }: Pick<WasteReport, "groups">): VNode {
  const rows = groups.map(({ name, accuracy }): Row => ({
    key: name ?? "",
    cells: [groupName(root, by, name), ...figureCells(accuracy)],
  }));
  const word = GROUP_WORDS[by];
  return table(
    `${word}s, those that left most memory unused first`,
    [{ name: word, look: "name" }, ...FIGURE_HEADS],
    rows,
  );
}

function groupName(root: string, by: WasteGroup, name: string | null): Cell {
  if (name === null) return "not known any more";
  if (name === "") return "none";
  if (by === "worker") return workerLink(root, name);
  const filter = by === "subject" ? { subject: name } : { created_by: name };
  return e("a", { href: `${root}r${queryText(filter)}` }, name);
}

/** What the chart shows. */
export function spanTable({ over_time }: AccuracyReport): VNode {
  const rows = over_time.toReversed().map(({ from, accuracy }): Row => [dayText(from), ...figureCells(accuracy)]);
  return table("Over time", ["From", ...FIGURE_HEADS], rows);
}
