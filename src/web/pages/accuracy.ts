import type { VNode } from "preact";
import type { AccuracyReport } from "../../domain/accuracy.ts";
import { RESOURCE_WORDS } from "../../domain/amount-text.ts";
import { coverageText, P95_COVERAGE } from "../../domain/coverage-text.ts";
import { formatShare } from "../../domain/units.ts";
import { spanLinesChart, type SpanLine } from "../charts/span-lines.ts";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import { commandLine, guideLink, keepLink, queryText, quoted } from "../parts/links.ts";
import { mistakesText } from "../parts/mistakes.ts";
import { periods } from "../parts/periods.ts";
import { dayText } from "../parts/time.ts";
import {
  accuracyAddress,
  overruledPart,
  resourceTable,
  SHOWN,
  spanTable,
  taskTable,
  type ShownTask,
} from "./accuracy-tables.ts";
import { choicePart } from "./worker-choice.ts";
import { toldEndsPart } from "./told-ends.ts";

/** What the page of accuracy shows. */
export type AccuracyData = { days: number; task: ShownTask | undefined; report: AccuracyReport };

/** Can the estimates be believed? */
export function accuracyPage(frame: Frame, data: AccuracyData): string {
  const { days, task, report } = data;
  const address = accuracyAddress(data);
  const { all, over_time } = report;
  const isKnown = SHOWN.some(({ resource }) => (all.resources[resource]?.judged ?? 0) > 0);
  const title = task === undefined ? "Accuracy" : `Accuracy: ${task.task_name}`;
  return renderPage(
    frame,
    { title, place: "accuracy", hasCharts: isKnown },
    ...sentences(report).map((text, index) => e("p", index === 0 ? { class: "lead" } : {}, text)),
    periods(days, (other) => frame.root + accuracyAddress({ ...data, days: other })),
    ...(isKnown
      ? [
          e("h2", { id: "coverage" }, "How often the p95 held"),
          coverageChart(report),
          e("h2", { id: "errors" }, "How far predictions were off"),
          errorChart(report),
          e("h2", { id: "resources" }, "By resource"),
          resourceTable(all),
          ...toldEndsPart(all),
          ...choicePart(frame.root, days, report),
          ...(task === undefined ? [e("h2", { id: "tasks" }, "By task"), taskTable(frame.root, days, report)] : []),
          ...(over_time.length < 2
            ? []
            : [e("details", { id: "time" }, e("summary", {}, "The charts as a table"), spanTable(report))]),
        ]
      : [
          e(
            "p",
            {},
            "This page will show how often runs kept to what was predicted for them, as soon as runs of a key have ended that had earlier ones.",
            guideLink(frame.root, "guide/estimates#how-good-they-were", "How good they were"),
          ),
        ]),
    e("h2", { id: "mistakes" }, "Where they were wrong"),
    e("p", {}, mistakesText(all.mistakes, "an amount that Almanac chose")),
    e("p", {}, mistakesText(all.mistakes_as_asked, "an amount that people asked for")),
    ...overruledPart(all),
    e("h2", {}, "The same elsewhere"),
    commandLine(`accuracy${task === undefined ? "" : ` ${quoted(task.task_name)}`} --since ${days}d`),
    e(
      "p",
      {},
      e("a", { href: `${frame.root}api/v1/accuracy${queryText({ ...task, since: report.since })}` }, "As JSON"),
      " · ",
      e("a", { href: `${frame.root}waste${queryText({ days })}` }, "What was reserved and not used"),
      ...keepLink(frame, address),
    ),
  );
}

function sentences({ all, since }: AccuracyReport): string[] {
  const known = SHOWN.flatMap(({ resource }) => {
    const found = all.resources[resource];
    return found?.below_p95 == null ? [] : [{ resource, share: found.below_p95, judged: found.judged }];
  });
  const [first, ...others] = known;
  if (first === undefined) {
    if (all.runs === 0) return [`No run has ended since ${dayText(since)}.`];
    return [`${all.runs} runs have ended since ${dayText(since)}; nothing was predicted for any of them.`];
  }
  const rest = others.map(({ resource, share, judged }) => {
    const what = resource === "duration" ? "took no longer than theirs" : "used no more than theirs";
    return ` ${formatShare(share)} of ${judged} ${what}: ${coverageText(share, judged)}.`;
  });
  const kept = first.resource === "duration" ? "took no longer than their p95" : "used no more memory than their p95";
  return [
    `Since ${dayText(since)}, ${formatShare(first.share)} of ${first.judged} runs ${kept}: ${coverageText(first.share, first.judged)}.${rest.join("")}`,
    "A p95 is an amount that 95 of 100 runs are to stay below: where fewer do, estimates are too low; where all do, too high.",
  ];
}

function linesOf(report: AccuracyReport, field: "below_p95" | "median_error"): SpanLine[] {
  return SHOWN.map(({ resource, look }) => ({
    look,
    word: RESOURCE_WORDS[resource],
    values: report.over_time.map(({ accuracy }) => accuracy.resources[resource]?.[field] ?? undefined),
  }));
}

function knownValues(lines: readonly SpanLine[]): number[] {
  return lines.flatMap(({ values }) => values.flatMap((value) => value ?? []));
}

function coverageChart(report: AccuracyReport): VNode {
  const lines = linesOf(report, "below_p95");
  const low = Math.max(0, Math.floor(Math.min(0.9, ...knownValues(lines)) * 10 - 0.5) / 10);
  return spanLinesChart({
    sentence: "Share of runs that used no more memory, and took no longer, than their p95.",
    spans: report.over_time.map(({ from }) => dayText(from)),
    lines,
    range: [low, 1],
    format: formatShare,
    target: { value: P95_COVERAGE, word: `as it should be: ${formatShare(P95_COVERAGE)}` },
  });
}

/** A few runs of a new task may be off by a hundredfold, and would leave all others flat at the bottom. */
const HIGHEST_ERROR = 2;

function errorChart(report: AccuracyReport): VNode {
  const lines = linesOf(report, "median_error");
  const top = Math.min(HIGHEST_ERROR, Math.max(0.1, ...knownValues(lines)) * 1.1);
  const within = lines.map((line) => ({ ...line, values: line.values.map((value) => value && Math.min(top, value)) }));
  return spanLinesChart({
    sentence: "Median difference between the p50 and what was used, in parts of what was used.",
    spans: report.over_time.map(({ from }) => dayText(from)),
    lines: within,
    range: [0, top],
    format: (share) => (share >= HIGHEST_ERROR ? `${formatShare(share)} or more` : formatShare(share)),
  });
}
