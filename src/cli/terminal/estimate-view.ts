import { RESOURCES, type Estimate, type Resource, type ResourceEstimate } from "../../domain/allocation.ts";
import type { HistoryKey } from "../../domain/task.ts";
import { formatAmount, RESOURCE_WORDS } from "../../domain/amount-text.ts";
import { evidenceText } from "./amount-text.ts";
import { paint } from "./colour.ts";
import { symbols } from "./glyph.ts";
import { sanitizeText } from "./sanitize.ts";
import type { Surface } from "./surface.ts";
import { renderTable, type Column } from "./table.ts";

type EstimateRow = { resource: Resource; estimate: ResourceEstimate };

/** What `almanac estimate` prints: for each resource p50, p95, what would be allocated, and on what it stands. */
export function renderEstimate(key: HistoryKey, estimate: Estimate, surface: Surface): string {
  const name = sanitizeText([key.task_name, key.subject, key.context].filter((part) => part !== "").join(" "));
  const rows = RESOURCES.flatMap((resource): EstimateRow[] => {
    const found = estimate[resource];
    return found === undefined ? [] : [{ resource, estimate: found }];
  });
  if (rows.length === 0) {
    return surface.isTty
      ? `Nothing is known of ${name} yet: no finished run has figures. It would get the defaults.\n`
      : "";
  }
  const table = renderTable(columnsOf(surface), rows, surface, { indent: surface.isTty ? 2 : 0 });
  return surface.isTty ? `${paint(surface, "strong", name)}, as its history predicts:\n${table}` : table;
}

function columnsOf(surface: Surface): Column<EstimateRow>[] {
  const { none } = symbols(surface);
  return [
    { header: "RESOURCE", cell: ({ resource }) => RESOURCE_WORDS[resource], full: ({ resource }) => resource },
    amountColumn("P50", ({ p50 }) => p50),
    amountColumn("P95", ({ p95 }) => p95),
    amountColumn("ALLOCATE", ({ allocate }) => allocate),
    {
      header: "AFTER A DEATH",
      cell: ({ resource, estimate }) => estimate.ladder.map((step) => formatAmount(resource, step)).join(", ") || none,
      full: ({ estimate }) => estimate.ladder.join(","),
    },
    {
      header: "FROM",
      cell: ({ estimate }) => evidenceText(estimate.evidence),
      full: ({ estimate: { evidence } }) => `${evidence.level} ${evidence.runs} ${evidence.method}`,
      shrinkTo: 20,
    },
  ];
}

function amountColumn(header: string, amount: (estimate: ResourceEstimate) => number): Column<EstimateRow> {
  return {
    header,
    align: "right",
    cell: ({ resource, estimate }) => formatAmount(resource, amount(estimate)),
    full: ({ estimate }) => String(amount(estimate)),
  };
}
