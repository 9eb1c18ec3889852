import { formatAmount, RESOURCE_WORDS } from "../../domain/amount-text.ts";
import { formatSignedShare } from "../../domain/units.ts";
import type { ComparedFigure, ComparedRun, RunComparison } from "../../history/compare-runs.ts";
import { factorText } from "../../history/comparison.ts";
import { formatMetric, type Metric } from "../../history/metric.ts";
import { paint } from "./colour.ts";
import { changeLines } from "./failure-lines.ts";
import { symbols } from "./glyph.ts";
import { METRIC_WORDS } from "./metric-words.ts";
import { readingSurface } from "./reading-surface.ts";
import { formatAgo } from "./relative-time.ts";
import { runLabel } from "./run-table.ts";
import { sanitizeText } from "./sanitize.ts";
import type { Surface } from "./surface.ts";
import { renderTable } from "./table.ts";

/** One row: a name, both amounts as text, and by how much the second differs. */
type Row = { what: string; before: string; after: string; change: string };

/** What `almanac diff` prints: both runs, what differs, what they used, what was expected of them, and how they failed. */
export function renderRunComparison(
  before: ComparedRun,
  after: ComparedRun,
  comparison: RunComparison,
  surface: Surface,
): string {
  const parts = [
    [runLine(before, surface), runLine(after, surface)],
    changedLines(comparison, surface),
    [table("USED", figureRows(comparison, surface), surface)],
    [table("EXPECTED", predictionRows(comparison, surface), surface)],
    errorLines([before, after], surface),
    [`  log   almanac log ${before.run.id}; almanac log ${after.run.id}\n`],
  ];
  return parts
    .map((lines) => lines.join(""))
    .filter((text) => text !== "")
    .join("\n");
}

/** `4.2 check shop  ✕ exit code 1 on w-01, 3m ago`. */
function runLine({ request, run }: ComparedRun, surface: Surface): string {
  const name = [run.id, request.task_name, request.subject].filter((part) => part !== "").join(" ");
  const context = request.context === "" ? "" : ` (${request.context})`;
  const at = run.ended_at ?? run.started_at ?? run.assigned_at;
  const where = sanitizeText(`on ${run.worker_name}, ${formatAgo(at, surface)}`);
  return `${paint(surface, "strong", sanitizeText(`${name}${context}`))}  ${runLabel(run, surface)} ${where}\n`;
}

function changedLines({ changes }: RunComparison, surface: Surface): string[] {
  if (changes.length === 0) return ["  nothing that is known of differs in what they were told and given\n"];
  return ["  what differs:\n", ...changeLines(changes, surface)];
}

function figureRows({ figures }: RunComparison, surface: Surface): Row[] {
  return figures.map(({ metric, before, after }) => {
    const texts = [figureText(before, metric, surface), figureText(after, metric, surface)] as const;
    return rowOf(METRIC_WORDS[metric], texts, [before.value, after.value], surface);
  });
}

function figureText({ value, is_lower_bound }: ComparedFigure, metric: Metric, surface: Surface): string {
  const { none, atLeast } = symbols(surface);
  return value === null ? none : `${is_lower_bound ? atLeast : ""}${formatMetric(value, metric)}`;
}

function predictionRows({ predictions }: RunComparison, surface: Surface): Row[] {
  const { none } = symbols(surface);
  return predictions.flatMap(({ resource, before, after }) =>
    (["p50", "p95"] as const).map((figure) => {
      const values = [before?.[figure] ?? null, after?.[figure] ?? null] as const;
      const [first, second] = values.map((value) => (value === null ? none : formatAmount(resource, value)));
      return rowOf(`${RESOURCE_WORDS[resource]} ${figure}`, [first ?? none, second ?? none], values, surface);
    }),
  );
}

/** What reads alike has not changed, whatever its last digits say. */
function rowOf(
  what: string,
  [before, after]: readonly [string, string],
  values: readonly [number | null, number | null],
  surface: Surface,
): Row {
  return { what, before, after, change: before === after ? "" : changeText(...values, surface) };
}

/** From here on a factor reads better than a percentage. */
const FACTOR_FROM = 10;

/** `+46 %`, `12×`; nothing where either is not known. */
function changeText(before: number | null, after: number | null, surface: Surface): string {
  if (before === null || after === null || before <= 0) return "";
  const ratio = after / before;
  const text = ratio < FACTOR_FROM ? formatSignedShare(ratio - 1) : factorText(ratio);
  return surface.hasUnicode ? text : text.replace("−", "-").replace("×", "x");
}

function table(name: string, rows: readonly Row[], surface: Surface): string {
  const reading = readingSurface(surface);
  const columns = [
    { header: name, cell: ({ what }: Row) => what },
    { header: "BEFORE", align: "right" as const, cell: ({ before }: Row) => before },
    { header: "AFTER", align: "right" as const, cell: ({ after }: Row) => after },
    { header: "CHANGE", align: "right" as const, cell: ({ change }: Row) => change },
  ];
  return renderTable(columns, rows, reading.surface, { indent: 2, isWide: reading.isWide });
}

/** The line that each of them failed by; nothing where neither has one. */
function errorLines(both: readonly ComparedRun[], surface: Surface): string[] {
  const errors = both.map(({ run }) => ({ id: run.id, error: run.failure?.first_error ?? run.failure?.lines[0] }));
  if (errors.every(({ error }) => error === undefined)) return [];
  return [
    "  first error line:\n",
    ...errors.map(({ id, error }) => sanitizeText(`    ${id}: ${error ?? symbols(surface).none}`) + "\n"),
  ];
}
