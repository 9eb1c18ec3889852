import type { VNode } from "preact";
import type { Accuracy, AccuracyReport, HeldAmounts } from "../../domain/accuracy.ts";
import type { Advice, IgnoredAdvice } from "../../domain/advice.ts";
import { DAY_MS, type Timestamp } from "../../domain/clock.ts";
import { spareWorkersSentences } from "../../domain/spare-text.ts";
import { formatShare } from "../../domain/units.ts";
import { WASTE_GROUPS, type SpareWorkers, type WasteGroup, type WasteReport } from "../../domain/waste.ts";
import { boxBar } from "../charts/bars.ts";
import { spanLinesChart, type SpanLine } from "../charts/span-lines.ts";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import { gibHours, hours } from "../parts/held-hours.ts";
import { commandLine, guideLink, keepLink, queryText } from "../parts/links.ts";
import { mistakesText } from "../parts/mistakes.ts";
import { choices } from "../parts/choices.ts";
import { periods } from "../parts/periods.ts";
import { dayText } from "../parts/time.ts";
import { advicePart } from "./waste-advice.ts";
import { groupTable, spanTable, taskTable } from "./waste-tables.ts";

/** By what the page can tell waste apart. */
export const SHOWN_GROUPS = ["task", ...WASTE_GROUPS] as const;

/** What the page of waste shows; `groups` where it is not by task. */
export type WasteData = {
  days: number;
  report: AccuracyReport;
  spare: SpareWorkers;
  groups: Omit<WasteReport, "spare_workers"> | undefined;
  now: Timestamp;
  advice: readonly Advice[];
  ignored: readonly IgnoredAdvice[];
};

/** What was reserved and not used, what sizing saved, what our own mistakes cost, and what to ask for instead. */
export function wastePage(frame: Frame, data: WasteData): string {
  const { days, report, spare, groups } = data;
  const held = report.all.resources.memory?.held;
  const by = groups?.by ?? "task";
  const address = addressOf(days, by);
  return renderPage(
    frame,
    { title: "Waste", place: "waste", hasCharts: held != null },
    e("p", { class: "lead" }, sentence(report)),
    ...(held == null ? [] : [e("p", {}, savedText(report.all, held))]),
    periods(days, (other) => frame.root + addressOf(other, by)),
    ...(held == null
      ? [
          e(
            "p",
            {},
            "This page will show how much of what was reserved for runs was used, as soon as runs have ended.",
            guideLink(frame.root, "guide/estimates#whose-it-was-and-how-many-workers-could-go", "Whose it was"),
          ),
        ]
      : [
          ...bars(report.all),
          e("h2", { id: "time" }, "Over time"),
          heldChart(report),
          e("details", {}, e("summary", {}, "The chart as a table"), spanTable(report)),
          e("h2", { id: "by" }, "Whose it was"),
          choices(
            SHOWN_GROUPS.map((one) => ({
              word: `by ${one}`,
              href: `${frame.root}${addressOf(days, one)}#by`,
              isChosen: one === by,
            })),
          ),
          ...(groups === undefined ? [taskTable(frame.root, report)] : groupPart(frame.root, groups)),
        ]),
    e("h2", { id: "mistakes" }, "What our mistakes cost"),
    e("p", {}, mistakesText(report.all.mistakes, "an amount that Almanac chose")),
    e("p", {}, mistakesText(report.all.mistakes_as_asked, "an amount that people asked for")),
    e("h2", { id: "advice" }, "What to ask for instead"),
    ...advicePart(frame, data),
    e("h2", { id: "workers" }, "How many workers could go"),
    ...sparePart(spare),
    e("h2", {}, "The same elsewhere"),
    commandLine(`accuracy --since ${days}d`),
    commandLine(`waste --since ${days}d${groups === undefined ? "" : ` --by ${by}`}`),
    commandLine("advise"),
    e(
      "p",
      {},
      e("a", { href: frame.root + jsonAddress(report, groups) }, "As JSON"),
      " · ",
      e("a", { href: `${frame.root}accuracy${queryText({ days })}` }, "Can the estimates be believed?"),
      ...keepLink(frame, address),
    ),
  );
}

function addressOf(days: number, by: WasteGroup | "task"): string {
  return `waste${queryText({ days, by: by === "task" ? undefined : by })}`;
}

function jsonAddress({ since }: AccuracyReport, groups: WasteData["groups"]): string {
  return groups === undefined
    ? `api/v1/accuracy${queryText({ since })}`
    : `api/v1/waste${queryText({ by: groups.by, since })}`;
}

function sentence({ all, since }: AccuracyReport): string {
  const held = all.resources.memory?.held;
  if (held == null) return `No run has ended since ${dayText(since)}.`;
  const share = held.wasted_share === null ? "" : ` (${formatShare(held.wasted_share)})`;
  return `Since ${dayText(since)}, ${all.runs} runs held ${gibHours(held.allocated)} GiB·h of memory; ${gibHours(held.wasted)} GiB·h${share} of it were of no use.`;
}

function sparePart(spare: SpareWorkers): VNode[] {
  const [first, ...others] = spareWorkersSentences(spare);
  return [
    e("p", {}, first),
    e(
      "p",
      { class: "quiet" },
      [
        ...others,
        "What is not held by one run is room for another: more is done by the same workers, and money is saved only once some of them go.",
      ].join(" "),
    ),
  ];
}

/** Only of what people asked for it is known what would have been reserved. */
function savedText({ runs }: Accuracy, { asked_runs, asked, saved }: HeldAmounts): string {
  if (asked_runs === 0)
    return "For none of them did anybody ask for an amount of memory: history sized them, and nothing can be said of what would have been asked for.";
  const of = `For ${asked_runs} of ${runs} runs people asked for an amount, ${gibHours(asked)} GiB·h in all`;
  if (saved > 0)
    return `${of}; overrides gave them ${gibHours(saved)} GiB·h (${formatShare(saved / asked)}) less, and that is saved.`;
  return saved < 0
    ? `${of}; they were given ${gibHours(-saved)} GiB·h more.`
    : `${of}, and they were given it: nothing was saved on them.`;
}

function bars({ resources: { memory, cpu_count: cpu, disk_space: disk } }: Accuracy): VNode[] {
  return [
    ...(memory?.held == null ? [] : heldBar("Memory", memory.held, (amount) => `${gibHours(amount)} GiB·h`)),
    ...(cpu?.held == null ? [] : heldBar("Cores", cpu.held, (amount) => `${hours(amount)} core·h`)),
    ...(disk?.held == null ? [] : heldBar("Disk", disk.held, (amount) => `${gibHours(amount)} GiB·h`)),
  ];
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

/** Between asked and reserved lies what is saved, between reserved and used what is left to save. */
function heldChart({ over_time, all }: AccuracyReport): VNode {
  const values = (of: (held: HeldAmounts) => number) =>
    over_time.map(({ accuracy }) => {
      const held = accuracy.resources.memory?.held;
      return held == null ? undefined : of(held);
    });
  const isSaved = (all.resources.memory?.held?.saved ?? 0) !== 0;
  const asked: SpanLine = {
    look: "second",
    word: "asked for",
    values: values(({ allocated, saved }) => allocated + saved),
  };
  const lines: SpanLine[] = [
    ...(isSaved ? [asked] : []),
    { look: "third", word: "reserved", values: values(({ allocated }) => allocated) },
    { look: "first", word: "used", values: values(({ used }) => used) },
  ];
  const most = Math.max(0, ...lines.flatMap((line) => line.values.flatMap((value) => value ?? [])));
  const meaning = isSaved
    ? " Between asked for and reserved lies what is saved; runs for which nobody asked count as reserved."
    : "";
  return spanLinesChart({
    sentence: `Memory of runs, GiB·h ${over_time.length > 1 && isWeekly(over_time) ? "a week" : "a day"}. Between reserved and used lies what is left to save.${meaning}`,
    spans: over_time.map(({ from }) => dayText(from)),
    lines,
    range: [0, most * 1.08 || 1],
    format: gibHours,
    unit: GIB,
  });
}

const GIB = 1024 ** 3;
const WEEK_MS = 7 * DAY_MS;

function isWeekly(spans: AccuracyReport["over_time"]): boolean {
  return spans.every(({ from }) => (Date.parse(from) - Date.parse(spans[0]!.from)) % WEEK_MS === 0); // asked for more than one
}

function groupPart(root: string, groups: NonNullable<WasteData["groups"]>): VNode[] {
  const { by, runs, since, is_cut } = groups;
  const looked =
    since === null
      ? "No run of a request that is still known has ended."
      : `Of the newest ${runs} runs, since ${dayText(since)}: those that the history still has${is_cut ? ", at most 5,000" : ""}.`;
  return [e("p", {}, looked), ...(runs === 0 ? [] : [groupTable(root, by, groups)])];
}
