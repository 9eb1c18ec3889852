import type { VNode } from "preact";
import type { AccuracyReport, HeldAmounts } from "../../domain/accuracy.ts";
import type { Advice } from "../../domain/advice.ts";
import { RESOURCE_WORDS } from "../../domain/amount-text.ts";
import { ofThousand } from "../../domain/source-text.ts";
import { formatBytes, formatShare } from "../../domain/units.ts";
import { boxBar } from "../charts/bars.ts";
import { heldChart } from "../charts/held-over-time.ts";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import { gibHours, hours } from "../parts/held-hours.ts";
import { commandLine, historyAddress, keepLink, keyText, queryText } from "../parts/links.ts";
import { mistakesText } from "../parts/mistakes.ts";
import { periods } from "../parts/periods.ts";
import { numberHead, table, type Row } from "../parts/table.ts";
import { dayText } from "../parts/time.ts";

/** What the page of waste shows. */
export type WasteData = { days: number; report: AccuracyReport; advice: readonly Advice[] };

/** What was reserved and not used, by task, what our own mistakes cost, and what to ask for instead. */
export function wastePage(frame: Frame, { days, report, advice }: WasteData): string {
  const { memory, cpu_count: cpu, disk_space: disk } = report.all.resources;
  const held = memory?.held;
  return renderPage(
    frame,
    { title: "Waste", place: "waste", hasCharts: held != null },
    e("p", { class: "lead" }, sentence(report)),
    periods(days, (other) => `${frame.root}waste${queryText({ days: other })}`),
    ...(held == null
      ? [e("p", {}, "This page will show how much of what was reserved for runs was used, as soon as runs have ended.")]
      : [
          ...heldBar("Memory", held, (amount) => `${gibHours(amount)} GiB·h`),
          ...(cpu?.held == null ? [] : heldBar("Cores", cpu.held, (amount) => `${hours(amount)} core·h`)),
          ...(disk?.held == null ? [] : heldBar("Disk", disk.held, (amount) => `${gibHours(amount)} GiB·h`)),
          e("h2", { id: "time" }, "Over time"),
          heldChart(report, `Memory held by runs, GiB·h ${report.over_time.length > 31 ? "a week" : "a day"}.`),
          e("h2", { id: "tasks" }, "By task"),
          taskTable(frame.root, report),
        ]),
    e("h2", { id: "mistakes" }, "What our mistakes cost"),
    e("p", {}, mistakesText(report.all.mistakes, "an amount that Almanac chose")),
    e("p", {}, mistakesText(report.all.mistakes_as_asked, "an amount that people asked for")),
    e("h2", { id: "advice" }, "What to ask for instead"),
    advicePart(frame.root, advice),
    e("p", { class: "quiet" }, "What is not held by one run is room for another: more is done by the same workers."),
    e("h2", {}, "The same elsewhere"),
    commandLine(`accuracy --since ${days}d`),
    commandLine("advise"),
    e("p", {}, e("a", { href: `${frame.root}api/v1/accuracy` }, "As JSON"), ...keepLink(frame, `waste?days=${days}`)),
  );
}

function sentence({ all, since }: AccuracyReport): string {
  const held = all.resources.memory?.held;
  if (held == null) return `No run has ended since ${dayText(since)}.`;
  const share = held.wasted_share === null ? "" : ` (${formatShare(held.wasted_share)})`;
  return `Since ${dayText(since)}, ${all.runs} runs held ${gibHours(held.allocated)} GiB·h of memory; ${gibHours(held.wasted)} GiB·h${share} of it were of no use.`;
}

/** Used, held without need, lost; what was never judged is left over in the bar. */
function heldBar(
  word: string,
  { allocated, used, unused, lost }: HeldAmounts,
  format: (amount: number) => string,
): VNode[] {
  const share = (amount: number) => (allocated > 0 ? amount / allocated : 0);
  const died = lost > 0 ? `, ${format(lost)} lost with runs that died of it` : "";
  const over = used > allocated ? " (more than reserved, where others left it)" : "";
  const text = `${word}: ${format(used)} used${over}, ${format(unused)} reserved and not used${died}, of ${format(allocated)}`;
  return [
    e("p", {}, `${text}.`),
    boxBar(text, [
      { from: 0, to: share(used), look: "bar-used" },
      { from: share(used), to: share(used + unused), look: "bar-reserved" },
      { from: share(used + unused), to: share(used + unused + lost), look: "bar-late" },
    ]),
  ];
}

function taskTable(root: string, { tasks }: AccuracyReport): VNode {
  const rows = tasks.map(({ task_type, task_name, accuracy }): Row => {
    const { memory, cpu_count: cpu } = accuracy.resources;
    const held = memory?.held;
    return {
      key: `${task_type} ${task_name}`,
      cells: [
        e("a", { href: historyAddress(root, { task_type, task_name }) }, task_name),
        String(accuracy.runs),
        held == null ? "–" : gibHours(held.allocated),
        held == null ? "–" : gibHours(held.used),
        held == null ? "–" : gibHours(held.wasted),
        held?.wasted_share == null ? "–" : formatShare(held.wasted_share),
        cpu?.held == null ? "–" : hours(cpu.held.wasted),
        String(memory?.deaths ?? 0),
        String(memory?.deaths_as_asked ?? 0),
      ],
    };
  });
  return table(
    "Tasks, those that left most memory unused first",
    [
      { name: "Task", look: "name" },
      numberHead("Runs"),
      numberHead("Reserved GiB·h"),
      numberHead("Used"),
      numberHead("Not used"),
      numberHead("Share"),
      numberHead("Core·h not used"),
      numberHead("Died of our amount"),
      numberHead("Of one asked for"),
    ],
    rows,
  );
}

function advicePart(root: string, advice: readonly Advice[]): VNode {
  if (advice.length === 0) {
    return e(
      "p",
      {},
      "Nothing: what is asked for is about right, or too few runs asked for anything. Whoever asks for nothing is given what history says.",
    );
  }
  const rows = advice.map((one): Row => [
    e("a", { href: historyAddress(root, keyOf(one)) }, keyText(one)),
    RESOURCE_WORDS[one.resource],
    formatBytes(one.asked),
    ofThousand(one.failures_as_asked),
    formatBytes(one.enough),
    ofThousand(one.failures),
    String(one.runs),
    gibHours(one.saved_a_week),
  ]);
  return table(
    "Advice, what saves most first",
    [
      { name: "What", look: "name" },
      "Resource",
      numberHead("Asked for"),
      numberHead("Need more than that"),
      numberHead("Enough"),
      numberHead("Need more than that"),
      numberHead("Runs"),
      numberHead("GiB·h saved a week"),
    ],
    rows,
  );
}

/** Of the key what it says: an empty subject or context stands for any. */
function keyOf({ task_type, task_name, subject, context }: Advice) {
  return { task_type, task_name, ...(subject !== "" && { subject }), ...(context !== "" && { context }) };
}
