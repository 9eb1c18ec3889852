import { RESOURCES, type Estimate, type Resource, type ResourceEstimate } from "../../domain/allocation.ts";
import type { LevelRuns, Outlook, WeighedResource } from "../../domain/outlook.ts";
import type { HistoryKey } from "../../domain/task.ts";
import { formatAmount, RESOURCE_WORDS } from "../../domain/amount-text.ts";
import { formatBytes } from "../../domain/units.ts";
import { evidenceText, LEVEL_WORDS, ofThousand } from "../../domain/source-text.ts";
import { paint } from "./colour.ts";
import { symbols } from "./glyph.ts";
import { sanitizeText } from "./sanitize.ts";
import type { Surface } from "./surface.ts";
import { renderTable, type Column } from "./table.ts";

type EstimateRow = { resource: Resource; estimate: ResourceEstimate };

/** An estimate as the API explains it. */
type Explained = {
  estimate: Estimate;
  levels?: readonly LevelRuns[];
  outlooks?: Partial<Record<WeighedResource, Outlook>>;
  what_if?: Outlook | undefined;
};

/**
 * What `almanac estimate` prints: for each resource p50, p95, what would be allocated, and on what it stands; with a
 * what-if also what that amount is worth beside the proposed one. Programs get the first table only.
 */
export function renderEstimate(key: HistoryKey, explained: Explained, surface: Surface): string {
  const { estimate } = explained;
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
  if (!surface.isTty) return table;
  const title = `${paint(surface, "strong", name)}, as its history predicts:\n`;
  return [title, table, blendedLine(explained), outlookTable(explained, surface)].join("");
}

/** `  blended from runs: 9 of this key; 40 of this task`. */
function blendedLine({ levels = [] }: Explained): string {
  if (levels.length < 2) return "";
  const parts = levels.map(({ level, runs }) => `${runs} of ${LEVEL_WORDS[level]}`);
  return `  blended from runs: ${parts.join("; ")}\n`;
}

type OutlookRow = { what: string; outlook: Outlook };

/** What the amounts are worth, when that was asked: how many of a thousand runs need more, and what a run wastes. */
function outlookTable({ outlooks = {}, what_if }: Explained, surface: Surface): string {
  if (what_if === undefined) return "";
  const proposed = outlooks.memory;
  const rows: OutlookRow[] = [
    ...(proposed === undefined ? [] : [{ what: "proposed", outlook: proposed }]),
    { what: "what if", outlook: what_if },
  ];
  const columns: Column<OutlookRow>[] = [
    { header: "", cell: ({ what }) => what },
    { header: "MEMORY", align: "right", cell: ({ outlook }) => formatBytes(outlook.amount) },
    { header: "RUNS THAT NEED MORE", align: "right", cell: ({ outlook }) => ofThousand(outlook.failure_share) },
    { header: "WASTE A RUN", align: "right", cell: ({ outlook }) => formatBytes(outlook.wasted) },
    { header: "NEED A RUN", align: "right", cell: ({ outlook }) => formatBytes(outlook.needed) },
  ];
  return renderTable(columns, rows, surface, { indent: 2 });
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
