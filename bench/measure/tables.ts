import type { AccuracyRow } from "./accuracy.ts";
import type { Figures } from "./others.ts";
import type { OverheadRow, SamplingRow } from "./overhead.ts";

const FIGURES: { key: keyof Figures; title: string; digits: number }[] = [
  { key: "memoryMib", title: "Peak memory, MiB", digits: 1 },
  { key: "cpuMs", title: "CPU time, ms", digits: 0 },
  { key: "userMs", title: "of it in programs, ms", digits: 0 },
  { key: "systemMs", title: "of it in the kernel, ms", digits: 0 },
  { key: "diskMib", title: "Peak disk, MiB", digits: 1 },
  { key: "durationMs", title: "Duration, ms", digits: 0 },
];

/** One table for each figure, of the cases whose truth is known. */
export function accuracyTables(rows: readonly AccuracyRow[]): string {
  return FIGURES.map(({ key, title, digits }) => {
    const known = rows.filter(({ truth }) => truth[key] !== undefined);
    const ways = Object.keys(known[0]?.figures ?? {}).filter((way) =>
      known.some((row) => row.figures[way]?.[key] !== undefined),
    );
    const cell = (value: number | undefined): string => (value === undefined ? "–" : value.toFixed(digits));
    const lines = known.map(({ name, truth, figures }) => [
      name,
      cell(truth[key]),
      ...ways.map((way) => cell(figures[way]?.[key])),
    ]);
    return `${table([title, "truth", ...ways], lines)}\n`;
  }).join("\n");
}

/** What a run costs more than a bare spawn, and what watching one costs. */
export function overheadTables(overhead: readonly OverheadRow[], sampling: readonly SamplingRow[]): string {
  const runs = overhead.map((row) => [
    row.path,
    String(row.runs),
    ms(row.median_ms),
    ms(row.more_median_ms),
    ms(row.mean_ms),
    ms(row.more_mean_ms),
  ]);
  const watch = sampling.map((row) => [
    row.method,
    String(row.seconds),
    String(row.forks_per_second),
    row.core_percent.toFixed(2),
  ]);
  return [
    table(["5 ms command", "runs", "median ms", "more", "mean ms", "more"], runs),
    "",
    table(["sampling", "seconds", "forks/s", "% of a core"], watch),
  ].join("\n");
}

function ms(value: number): string {
  return value.toFixed(2);
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column]?.length ?? 0)));
  const row = (line: readonly string[]): string =>
    `| ${line.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(" | ")} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [row(head), rule, ...lines.map(row)].join("\n");
}
