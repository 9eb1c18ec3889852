import { assertNever } from "../../domain/assert-never.ts";
import type { Finding, FindingState } from "../../domain/finding.ts";
import { formatBytes, formatDuration } from "../../domain/units.ts";
import { paint, type Style } from "./colour.ts";
import { symbols } from "./glyph.ts";
import { formatAgo } from "./relative-time.ts";
import type { Surface } from "./surface.ts";
import { renderTable, type Column, type TableOptions } from "./table.ts";

const STYLES: Record<FindingState, Style> = { new: "failed", confirmed: "failed", known: "waiting", fixed: "passed" };

/** What `almanac regressions` prints: one line for each finding. */
export function renderFindings(findings: readonly Finding[], surface: Surface, options: TableOptions = {}): string {
  return renderTable(columnsOf(surface), findings, surface, options);
}

function columnsOf(surface: Surface): Column<Finding>[] {
  const { none } = symbols(surface);
  return [
    { header: "ID", align: "right", cell: ({ id }) => String(id) },
    {
      header: "STATE",
      cell: ({ state }) => ({ painted: paint(surface, STYLES[state], state) }),
      full: ({ state }) => state,
    },
    { header: "WHAT", cell: (finding) => whatText(finding, surface) },
    { header: "TASK", cell: ({ task_name }) => task_name, shrinkTo: 8 },
    { header: "SUBJECT", cell: ({ subject }) => subject, shrinkTo: 8 },
    { header: "CONTEXT", cell: ({ context }) => context, shrinkTo: 8 },
    { header: "SINCE", cell: ({ first_run_id }) => first_run_id ?? none },
    { header: "RUNS", align: "right", cell: ({ run_count }) => String(run_count) },
    { header: "SURE", align: "right", cell: ({ confidence }) => confidence.toFixed(2) },
    {
      header: "SEEN",
      cell: ({ last_seen_at }) => formatAgo(last_seen_at, surface),
      full: ({ last_seen_at }) => last_seen_at,
    },
    { header: "WHY", cell: ({ note, first_error, because }) => note ?? first_error ?? because, shrinkTo: 20 },
  ];
}

/** `fails`, `memory 2.3G → 3.4G`. */
function whatText({ kind, before_amount: before, after_amount: after }: Finding, surface: Surface): string {
  const arrow = surface.hasUnicode ? "→" : "->";
  const none = symbols(surface).none;
  switch (kind) {
    case "regression":
      return "fails";
    case "farm":
      return "many fail";
    case "memory":
    case "duration": {
      const format = kind === "memory" ? formatBytes : formatDuration;
      return `${kind} ${before === null ? none : format(before)} ${arrow} ${after === null ? none : format(after)}`;
    }
    default:
      return assertNever(kind);
  }
}
