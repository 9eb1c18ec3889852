import { RESOURCES, type Resource, type Estimate } from "../../domain/allocation.ts";
import type { Run } from "../../domain/run.ts";
import type { MeasuredFigure } from "../../domain/runtime-statistics.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { formatAmount, RESOURCE_WORDS } from "../../domain/amount-text.ts";
import { askedText, sourceText } from "../../domain/source-text.ts";
import { symbols } from "./glyph.ts";
import { readingSurface } from "./reading-surface.ts";
import { isRunLowerBound, runFigure } from "./run-figures.ts";
import { sanitizeText } from "./sanitize.ts";
import type { Surface } from "./surface.ts";
import { renderTable, type Column } from "./table.ts";

/**
 * The four numbers of each resource, always in this order: asked, predicted (p50 and p95), reserved, used; and where
 * the reserved one came from. Of the newest run, or of the one to come.
 */
export function renderAmounts(request: WorkRequest, run: Run | undefined, surface: Surface): string {
  const reading = readingSurface(surface);
  const options = { indent: 2, isWide: reading.isWide };
  const table = renderTable(columnsOf(request, run, reading.surface), RESOURCES, reading.surface, options);
  const tags = request.allocation?.tags ?? request.requirements.tags ?? [];
  return tags.length === 0 ? table : `${table}  needs tags ${tags.map(sanitizeText).join(", ")}\n`;
}

function columnsOf(request: WorkRequest, run: Run | undefined, surface: Surface): Column<Resource>[] {
  const { none } = symbols(surface);
  const allocation = run?.allocation ?? request.allocation;
  const predicted = run?.estimate ?? request.estimate ?? {};
  return [
    { header: "RESOURCE", cell: (resource) => RESOURCE_WORDS[resource] },
    { header: "ASKED", cell: (resource) => askedText(request.requirements, resource) ?? none },
    predictedColumn("PREDICTED", predicted, "p50", none),
    predictedColumn("P95", predicted, "p95", none),
    {
      header: "RESERVED",
      align: "right",
      cell: (resource) => (allocation === null ? none : formatAmount(resource, allocation[resource].amount)),
    },
    { header: "USED", cell: (resource) => usedText(request, run, resource, surface) ?? none },
    {
      header: "FROM",
      cell: (resource) => (allocation === null ? "not worked out yet" : sourceText(allocation[resource])),
    },
  ];
}

function predictedColumn(header: string, predicted: Estimate, figure: "p50" | "p95", none: string): Column<Resource> {
  return {
    header,
    align: "right",
    cell(resource) {
      const estimate = predicted[resource];
      return estimate === undefined ? none : formatAmount(resource, estimate[figure]);
    },
  };
}

const FIGURES: Record<Resource, MeasuredFigure> = {
  memory: "memory",
  disk_space: "disk_space",
  cpu_count: "cpu_time",
  duration: "duration",
};

/** The peak, marked where it is a lower bound; while the run goes on, what it is now as well. */
function usedText(
  request: WorkRequest,
  run: Run | undefined,
  resource: Resource,
  surface: Surface,
): string | undefined {
  const used = usedAmount(request, run, resource);
  if (used === undefined) return undefined;
  const isBound = run !== undefined && isRunLowerBound(run, FIGURES[resource]);
  const peak = `${isBound ? symbols(surface).atLeast : ""}${formatAmount(resource, used)}`;
  const now = run?.state === "running" ? nowAmount(run, resource) : undefined;
  return now === undefined ? peak : `${peak}, now ${formatAmount(resource, now)}`;
}

function usedAmount(request: WorkRequest, run: Run | undefined, resource: Resource): number | undefined {
  const figure = (metric: MeasuredFigure): number | undefined =>
    run === undefined ? request.output_data?.runtime_statistics[metric] : runFigure(run, metric);
  if (resource !== "cpu_count") return figure(resource);
  const [cpuSeconds, seconds] = [figure("cpu_time"), figure("duration")];
  if (cpuSeconds === undefined || seconds === undefined || seconds <= 0) return undefined;
  return cpuSeconds / seconds; // cores, on average
}

function nowAmount(run: Run, resource: Resource): number | undefined {
  const curve = run.measurement?.curve;
  if (resource === "memory") return curve?.memory.at(-1);
  if (resource === "disk_space") return curve?.disk_space.at(-1);
  const millicores = resource === "cpu_count" ? curve?.cpu_millicores.at(-1) : undefined;
  return millicores === undefined ? undefined : millicores / 1000;
}
