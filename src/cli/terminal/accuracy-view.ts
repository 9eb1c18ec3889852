import type { Accuracy, AccuracyReport, ResourceAccuracy } from "../../domain/accuracy.ts";
import { AMOUNT_SOURCES, RESOURCES, type Resource } from "../../domain/allocation.ts";
import { RESOURCE_WORDS } from "../../domain/amount-text.ts";
import { choiceText } from "../../domain/choice-text.ts";
import { coverageText } from "../../domain/coverage-text.ts";
import { spareWorkersSentences } from "../../domain/spare-text.ts";
import { formatBytes, formatCores, formatDuration, formatShare } from "../../domain/units.ts";
import type { WasteGroup, WasteReport } from "../../domain/waste.ts";
import { paint } from "./colour.ts";
import { symbols } from "./glyph.ts";
import { sanitizeText } from "./sanitize.ts";
import type { Surface } from "./surface.ts";
import { renderTable, type Column, type TableOptions } from "./table.ts";
import { toldEndsPart } from "./told-ends-view.ts";

/** What of a report is shown. */
type AccuracyView = Omit<TableOptions, "indent"> & {
  /** What the tables by task and over time are of. */
  resource: Resource;
  /** The one task that was asked for. */
  task?: string;
};

/** One line: the figures of one resource, of all runs, of a task or of a span of time. */
type Row = {
  scope: "all" | "task" | "from" | WasteGroup;
  name: string;
  runs: number;
  resource: Resource;
  figures: ResourceAccuracy;
};

/**
 * What `almanac accuracy` prints: a sentence, a table of the resources, one by task and one over time, how right the ends
 * were that were told of runs, what the choice of workers was worth, and what the mistakes cost. Not on a terminal: one line for each resource of each of them.
 */
export function renderAccuracy(report: AccuracyReport, view: AccuracyView, surface: Surface): string {
  const all = rowsOf("all", "", report.all);
  const tasks = report.tasks.flatMap(({ task_name, accuracy }) => rowsOf("task", task_name, accuracy));
  const spans = report.over_time.flatMap(({ from, accuracy }) => rowsOf("from", from.slice(0, 10), accuracy));
  if (!surface.isTty) return renderTable(columnsOf(surface, "all"), [...all, ...tasks, ...spans], surface);
  if (report.all.runs === 0) return `${emptySentence(report, view)}\n`;
  const table = (scope: Row["scope"], rows: readonly Row[]) =>
    renderTable(columnsOf(surface, scope), rows, surface, { ...view, indent: 2 });
  const ofResource = (rows: readonly Row[]) => rows.filter(({ resource }) => resource === view.resource);
  const word = RESOURCE_WORDS[view.resource];
  const wasted = view.resource === "duration" ? "" : ", what wasted most memory first";
  return [
    `${paint(surface, "strong", sentence(report, view))}\n`,
    table("all", all),
    ...(view.task === undefined ? [`${word} by task${wasted}:\n`, table("task", ofResource(tasks))] : []),
    ...(report.over_time.length > 1 ? [`${word} over time:\n`, table("from", ofResource(spans))] : []),
    ...toldEndsPart(report.all, view, surface),
    ...(report.all.choice === null ? [] : [`choice of worker: ${choiceText(report.all.choice)}\n`]),
    ...savedLine(report.all, view.resource, surface),
    mistakesLine(report.all, surface),
    ...overruledLine(report.all),
    ...(report.is_cut ? [`There is more before ${report.since.slice(0, 10)}; ask for one task.\n`] : []),
  ].join("");
}

/**
 * What `almanac waste` prints: a line for each, of one resource, and how many workers could go; not on a terminal the
 * lines of all resources.
 */
export function renderWaste(report: WasteReport, view: AccuracyView, surface: Surface): string {
  const { by, groups, runs, since, is_cut } = report;
  const { none } = symbols(surface);
  const rows = groups.flatMap(({ name, accuracy }) => rowsOf(by, name ?? none, accuracy));
  if (!surface.isTty) return renderTable(columnsOf(surface, by), rows, surface);
  const spare = spareWorkersSentences(report.spare_workers).map((text) => `${text}\n`);
  if (since === null) return ["No run has ended whose request is still known.\n", ...spare].join("");
  const word = RESOURCE_WORDS[view.resource];
  const ofResource = rows.filter(({ resource }) => resource === view.resource);
  return [
    `${word} of the newest ${runs} run${runs === 1 ? "" : "s"} since ${since.slice(0, 10)} by ${by}, what wasted most memory first:\n`,
    renderTable(columnsOf(surface, by), ofResource, surface, { ...view, indent: 2 }),
    ...(is_cut ? ["There are older ones; one answer looks at the newest only.\n"] : []),
    ...spare,
  ].join("");
}

function rowsOf(scope: Row["scope"], name: string, { runs, resources }: Accuracy): Row[] {
  return RESOURCES.flatMap((resource): Row[] => {
    const figures = resources[resource];
    return figures === undefined ? [] : [{ scope, name, runs, resource, figures }];
  });
}

function emptySentence({ since }: AccuracyReport, { task }: AccuracyView): string {
  const of = task === undefined ? "" : ` of ${sanitizeText(task)}`;
  return `No run${of} has ended since ${since.slice(0, 10)}: there is nothing to compare yet.`;
}

/** `412 runs since 2026-10-23: 94 % used no more memory than their p95 (as it should be), 31 % of the memory given was not needed.` */
function sentence({ since, all }: AccuracyReport, { task }: AccuracyView): string {
  const of = task === undefined ? "" : ` of ${sanitizeText(task)}`;
  const { below_p95, held, judged = 0 } = all.resources.memory ?? {};
  const parts = [
    ...(typeof below_p95 === "number"
      ? [`${formatShare(below_p95)} used no more memory than their p95 (${coverageText(below_p95, judged)})`]
      : []),
    ...(typeof held?.wasted_share === "number"
      ? [`${formatShare(held.wasted_share)} of the memory given was not needed`]
      : []),
  ];
  const runs = `${all.runs} run${all.runs === 1 ? "" : "s"}${of} since ${since.slice(0, 10)}`;
  return parts.length === 0 ? `${runs}.` : `${runs}: ${parts.join(", ")}.`;
}

/** What overrides kept from being reserved; only of what people asked for it is known what it would have been. */
function savedLine({ resources }: Accuracy, resource: Resource, surface: Surface): string[] {
  const held = resources[resource]?.held;
  if (held == null || held.saved === 0) return [];
  const amount = (hours: number) => heldText(resource, hours, surface);
  const runs = held.asked_runs === 1 ? "1 run" : `${held.asked_runs} runs`;
  const word = held.saved > 0 ? "less" : "more";
  const what = `asked for ${amount(held.asked)} of ${RESOURCE_WORDS[resource]} by ${runs}`;
  return [`${what}, and given ${amount(Math.abs(held.saved))} ${word}\n`];
}

/** `people overruled 2 verdicts: regression as known failure (2)`. */
function overruledLine({ overruled }: Accuracy): string[] {
  if (overruled.length === 0) return [];
  const word = (kind: string) => kind.replaceAll("_", " ");
  const total = overruled.reduce((sum, { count }) => sum + count, 0);
  const each = overruled.map(({ from, to, count }) => `${word(from)} as ${word(to)} (${count})`);
  return [`people overruled ${total === 1 ? "1 verdict" : `${total} verdicts`}: ${each.join(", ")}\n`];
}

/** What our own mistakes cost stands beside what they save, or nobody would believe the rest. */
function mistakesLine({ mistakes, mistakes_as_asked: asked }: Accuracy, surface: Surface): string {
  const cost = ({ attempts, seconds, memory_byte_hours: held }: Accuracy["mistakes"]) =>
    `${attempts} attempt${attempts === 1 ? "" : "s"} died of it: ${formatDuration(seconds)} of work and ` +
    `${heldText("memory", held, surface)} of memory lost`;
  const own =
    mistakes.attempts === 0 ? "too little given: no attempt died of it" : `too little given: ${cost(mistakes)}`;
  return asked.attempts === 0 ? `${own}\n` : `${own}\ntoo little asked for: ${cost(asked)}\n`;
}

const SCOPE_HEADERS: Record<Row["scope"], string> = {
  all: "",
  task: "TASK",
  from: "FROM",
  subject: "SUBJECT",
  owner: "OWNER",
  worker: "WORKER",
};

function columnsOf(surface: Surface, scope: Row["scope"]): Column<Row>[] {
  const { none } = symbols(surface);
  const atMost = surface.hasUnicode ? "≤" : "<=";
  const shareColumn = (header: string, share: (figures: ResourceAccuracy) => number | null | undefined) =>
    numberColumn(header, share, formatShare, none);
  return [
    ...nameColumns(surface, scope),
    { header: "RUNS", align: "right", cell: ({ runs }) => String(runs) },
    { header: "JUDGED", align: "right", cell: ({ figures }) => String(figures.judged) },
    { ...shareColumn("<P5", ({ below_p5 }) => below_p5), isWideOnly: true },
    shareColumn(`${atMost}P50`, ({ below_p50 }) => below_p50),
    shareColumn(`${atMost}P95`, ({ below_p95 }) => below_p95),
    shareColumn("ERROR", ({ median_error }) => median_error),
    heldColumn("GIVEN", "allocated", surface),
    heldColumn("USED", "used", surface),
    heldColumn("WASTED", "wasted", surface),
    shareColumn("SHARE", ({ held }) => held?.wasted_share),
    {
      ...numberColumn(
        "GIVEN/USED",
        ({ held }) => held?.times_used,
        (times) => timesText(times, surface),
        none,
      ),
      isWideOnly: true,
    },
    { header: "DEATHS", align: "right", cell: ({ figures }) => String(figures.deaths) },
    { header: "AS ASKED", align: "right", cell: ({ figures }) => String(figures.deaths_as_asked), isWideOnly: true },
    { header: "SOURCES", cell: ({ figures }) => sourcesText(figures), shrinkTo: 12, isWideOnly: scope !== "all" },
  ];
}

/** What a line is of; programs get all of it in each line. */
function nameColumns(surface: Surface, scope: Row["scope"]): Column<Row>[] {
  const { none } = symbols(surface);
  const name: Column<Row> = {
    header: SCOPE_HEADERS[scope],
    cell: (row) => row.name || none,
    full: (row) => row.name,
    shrinkTo: 12,
  };
  const resource: Column<Row> = {
    header: "RESOURCE",
    cell: (row) => RESOURCE_WORDS[row.resource],
    full: (row) => row.resource,
  };
  if (!surface.isTty) return [{ header: "SCOPE", cell: (row) => row.scope }, name, resource];
  return scope === "all" ? [resource] : [name];
}

function heldColumn(header: string, key: "allocated" | "used" | "wasted", surface: Surface): Column<Row> {
  const { none } = symbols(surface);
  return {
    header,
    align: "right",
    cell: ({ resource, figures: { held } }) => (held === null ? none : heldText(resource, held[key], surface)),
    full: ({ figures: { held } }) => String(held?.[key] ?? ""),
  };
}

function numberColumn(
  header: string,
  value: (figures: ResourceAccuracy) => number | null | undefined,
  text: (value: number) => string,
  none: string,
): Column<Row> {
  return {
    header,
    align: "right",
    cell: ({ figures }) => {
      const found = value(figures);
      return typeof found === "number" ? text(found) : none;
    },
    full: ({ figures }) => String(value(figures) ?? ""),
  };
}

/** `12.4G·h`, and core-hours as `3.5·h`. */
export function heldText(resource: Resource, hours: number, surface: Surface): string {
  const amount = resource === "cpu_count" ? formatCores(hours) : formatBytes(hours);
  return `${amount}${surface.hasUnicode ? "·" : "*"}h`;
}

/** `1.4×`; more than anybody reads is only said to be more. */
function timesText(times: number, surface: Surface): string {
  return times > 999
    ? `>999${symbols(surface).times}`
    : `${times.toFixed(times < 10 ? 1 : 0)}${symbols(surface).times}`;
}

/** `history 340, request 72`: how many runs had their amount from where. */
function sourcesText({ sources }: ResourceAccuracy): string {
  return AMOUNT_SOURCES.flatMap((source) => {
    const runs = sources[source];
    return runs === undefined ? [] : [`${source} ${runs}`];
  }).join(", ");
}
