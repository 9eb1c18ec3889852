import type { Bar } from "./bars.ts";
import { HALVES, type ChoiceResult } from "./choices.ts";
import type { Cost } from "./cost.ts";
import type { Accuracy } from "./durations.ts";
import type { Deviation } from "./published.ts";
import { geometricMean } from "./score.ts";
import type { Sizing } from "./sizing.ts";

/** The tables for people: one line for each figure's row, columns as wide as they need to be. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => (row[column] ?? "").length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join("  ");
  return [line(head), ...rows.map(line)].map((text) => `${text.trimEnd()}\n`).join("");
}

const SIZING_HEAD = ["method", "waste", "of use", "over", "lost", "failed", "≤ p50", "≤ p95", "unknown"];

/** One table for a trace and a protocol. */
export function sizingTable(sizings: readonly Sizing[]): string {
  return table(
    SIZING_HEAD,
    sizings.map((sizing) => [
      sizing.method,
      figure(sizing.waste),
      sizing.waste_per_use.toFixed(3),
      figure(sizing.over),
      figure(sizing.under),
      sizing.failed.toFixed(0),
      percent(sizing.within_p50),
      percent(sizing.within_p95),
      sizing.waste_unknown === undefined ? "" : figure(sizing.waste_unknown),
    ]),
  );
}

/** All methods on all traces by one protocol: waste in GB·h, and failed attempts. */
export function overviewTable(sizings: readonly Sizing[]): string {
  const byTrace = [...Map.groupBy(sizings, ({ trace }) => trace)];
  const methods = [...new Set(sizings.map(({ method }) => method))];
  const cellOf = (all: readonly Sizing[], name: string) => {
    const found = all.find(({ method }) => method === name);
    return found === undefined ? "" : `${figure(found.waste)} (${found.failed.toFixed(0)})`;
  };
  return table(
    ["waste (failed)", ...byTrace.map(([trace]) => trace.replace(/^(nextflow|wfcommons|tovar)-/, ""))],
    methods.map((name) => [name, ...byTrace.map(([, all]) => cellOf(all, name))]),
  );
}

/** One row for each trace. */
export function accuracyTable(rows: readonly { trace: string; what: string; accuracy: Accuracy }[]): string {
  return table(
    ["trace", "what", "runs", "median error", "p90 error", "< p5", "≤ p50", "≤ p95", "p95/actual"],
    rows.map(({ trace, what, accuracy }) => [
      trace,
      what,
      String(accuracy.runs),
      percent(accuracy.median_error),
      percent(accuracy.p90_error),
      percent(accuracy.below_p5),
      percent(accuracy.within_p50),
      percent(accuracy.within_p95),
      accuracy.median_p95_ratio.toFixed(2),
    ]),
  );
}

/** When so much of a run was over: how far off the end told was, and on which side of the range told it lay. */
export function toldEndsTable(rows: readonly { trace: string; accuracy: Accuracy }[]): string {
  const share = (value: number | null) => (value === null ? "" : percent(value));
  return table(
    ["trace", "over", "runs", "median error", "p90 error", "sooner", "in the range", "later"],
    rows.flatMap(({ trace, accuracy: { told_ends } }) =>
      told_ends.map(({ at, judged, median_error, p90_error, sooner, within, later }) => [
        trace,
        `${100 * at}%`,
        String(judged),
        ...[median_error, p90_error, sooner, within, later].map(share),
      ]),
    ),
  );
}

/** The times and the size. */
export function costTable({ estimate_us, estimate_memory_us, update_us, state_bytes, runs }: Cost): string {
  const times = {
    "estimate, all resources": estimate_us,
    "estimate, memory": estimate_memory_us,
    "update, all levels": update_us,
  };
  const rows = Object.entries(times).map(([name, { p50, p90, p99 }]) => [
    name,
    p50.toFixed(0),
    p90.toFixed(0),
    p99.toFixed(0),
  ]);
  return `${table([`µs, after ${runs} runs`, "median", "p90", "p99"], rows)}largest state: ${state_bytes} bytes\n`;
}

/** What was published beside what we measure. */
export function deviationTable(deviations: readonly Deviation[]): string {
  return table(
    ["as published", "trace", "protocol", "published", "ours", "our splits", "differs by", ""],
    deviations.map(({ method, trace, protocol, published, ours, range, deviation, agreement }) => [
      method,
      trace,
      protocol,
      figure(published),
      figure(ours),
      range[0] === range[1] ? "" : `${figure(range[0])}-${figure(range[1])}`,
      percent(deviation),
      agreement,
    ]),
  );
}

/** What each part is worth: waste without it, as a share of the waste with it, by trace and protocol. */
export function ablationTable(sizings: readonly Sizing[]): string {
  const [first] = sizings;
  if (first === undefined) return "";
  const columns = [...Map.groupBy(sizings, ({ protocol, trace }) => `${protocol} ${trace}`).values()];
  const names = columns[0]!.map(({ method }) => method); // groups are not empty
  const shareOf = (column: readonly Sizing[], name: string) => {
    const without = column.find(({ method }) => method === name);
    return without === undefined ? Number.NaN : without.waste / column[0]!.waste; // the first leaves out nothing
  };
  return table(
    ["without", ...columns.map(([one]) => `${one!.protocol} ${one!.trace.replace(/^[a-z]+-/, "")}`), "all"], // as above
    names.map((name) => {
      const shares = columns.map((column) => shareOf(column, name));
      return [name, ...shares.map((share) => share.toFixed(2)), geometricMean(shares).toFixed(2)];
    }),
  );
}

/** What other values of the constants waste, as a share of what the method wastes as it is. */
export function choiceTable(results: readonly ChoiceResult[]): string {
  return table(
    ["constant", "instead", ...HALVES],
    results.map(({ name, value, waste }) => [name, value, ...HALVES.map((half) => waste[half].toFixed(3))]),
  );
}

/** The bars, reached or not. */
export function barTable(bars: readonly Bar[]): string {
  return table(
    ["bar", "figure", "at most", ""],
    bars.map(({ name, figure: value, limit, is_reached }) => [
      name,
      value.toFixed(3),
      String(limit),
      is_reached ? "reached" : "MISSED",
    ]),
  );
}

function figure(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}

function percent(share: number | undefined): string {
  return share === undefined || Number.isNaN(share) ? "" : `${(100 * share).toFixed(1)}%`;
}
