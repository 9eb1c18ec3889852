import { assertNever } from "../../domain/assert-never.ts";
import type { Finding, FindingState } from "../../domain/finding.ts";
import { concernsText, findingText, sureText } from "../../domain/finding-text.ts";
import { formatBytes, formatDuration } from "../../domain/units.ts";
import { paint, type Style } from "./colour.ts";
import { passLines } from "./failure-lines.ts";
import { symbols } from "./glyph.ts";
import { formatAgo } from "./relative-time.ts";
import { sanitizeText } from "./sanitize.ts";
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
    { header: "REQUESTS", align: "right", cell: ({ request_count }) => String(request_count) },
    { header: "NOT RUN", align: "right", isWideOnly: true, cell: ({ stopped_count }) => String(stopped_count) },
    { header: "SURE", align: "right", cell: ({ confidence }) => confidence.toFixed(2) },
    {
      header: "SEEN",
      cell: ({ last_seen_at }) => formatAgo(last_seen_at, surface),
      full: ({ last_seen_at }) => last_seen_at,
    },
    { header: "OWNER", cell: ({ owner }) => owner ?? none, full: ({ owner }) => owner ?? "", shrinkTo: 6 },
    { header: "WHY", cell: ({ note, first_error, because }) => note ?? first_error ?? because, shrinkTo: 20 },
  ];
}

/** What `almanac regressions 7` prints: one finding, whom it concerns, where it began and what was otherwise there. */
export function renderFinding(finding: Finding, surface: Surface, pageUrl: string): string {
  const { id, state, state_at, state_by, note, because, first_error, last_pass, first_run_id } = finding;
  const { task_name, subject, context, first_request_by: by } = finding;
  const said = state_by === null ? "" : `, as ${state_by} said`;
  const key = [task_name, subject, context].filter((part) => part !== "").join(" ");
  const began = first_run_id === null ? "" : `in run ${first_run_id}${by === null ? "" : `, which ${by} sent`}`;
  const facts: [string, string][] = [
    ["state", `${state}${said}, ${formatAgo(state_at, surface)}${note === null ? "" : `: ${note}`}`],
    ["why", because],
    ["error", first_error ?? ""],
    ["sure", sureText(finding.confidence)],
    ["hits", concernsText(finding) ?? ""],
    ["began", began],
    ["owner", finding.owner ?? "nobody"],
  ];
  const lines = facts.flatMap(([name, text]) => (text === "" ? [] : [`  ${name.padEnd(7)}${text}`]));
  return [
    ...[`finding ${id}: ${key} ${findingText(finding)}`, ...lines].map((line) => `${sanitizeText(line)}\n`),
    ...(last_pass === null ? [] : passLines(last_pass, surface)),
    `  ${"page".padEnd(7)}${pageUrl}\n`,
  ].join("");
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
