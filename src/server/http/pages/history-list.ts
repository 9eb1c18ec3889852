import { z } from "zod";
import { bytesInput } from "../../../contract/amounts.ts";
import { routes } from "../../../contract/routes.ts";
import { parseOrThrow } from "../../../contract/validation.ts";
import type { Resource } from "../../../domain/allocation.ts";
import type { ListedEntry } from "../../../domain/history.ts";
import { outcomeText } from "../../../domain/outcome-text.ts";
import { metricValue } from "../../../history/metric.ts";
import { queryText } from "../../../web/parts/links.ts";
import type { LoopContext } from "../../loop/context.ts";
import { listedHistory } from "../../loop/listed-history.ts";
import { given } from "./given.ts";
import type { Column, ListFile } from "./list-files.ts";

/** What the address of a history says. Fields that the page does not know are left alone: others may have put them there. */
export const historyQuery = z
  .object(routes.listHistory.query.shape)
  .omit({ limit: true, cursor: true })
  .extend({ what_if: bytesInput.optional(), by: z.literal("worker").optional() });

/** A history as a file: all of its runs, also those that its page does not show. */
export function historyList({ store: { read } }: LoopContext): ListFile<ListedEntry> {
  return {
    path: "/history",
    name: "history",
    columns: COLUMNS,
    read(query) {
      const { since, until, ...key } = parse(query);
      return (page) => listedHistory(read, key, { ...page, since, until });
    },
    address: (query) => `api/v1/history${queryText(parse(query))}`,
  };
}

function parse(query: unknown) {
  const { what_if: _whatIf, by: _by, ...asked } = parseOrThrow(historyQuery, given(query), "invalid-request");
  return asked;
}

/** What was predicted of a resource, as columns. */
function predictedColumns(resource: Resource, name: string, unit: string): Column<ListedEntry>[] {
  return (["p5", "p50", "p95"] as const).map((figure) => [
    `predicted_${name}_${figure}${unit}`,
    ({ predicted }) => predicted?.[resource]?.[figure],
  ]);
}

const COLUMNS: readonly Column<ListedEntry>[] = [
  ["completed_at", ({ completed_at }) => completed_at],
  ["request_id", ({ work_request_id }) => work_request_id],
  ["run_id", ({ run_id }) => run_id],
  ["origin", ({ origin }) => origin],
  ["task_type", ({ task_type }) => task_type],
  ["task_name", ({ task_name }) => task_name],
  ["subject", ({ subject }) => subject],
  ["context", ({ context }) => context],
  ["result", ({ result }) => result],
  ["outcome", ({ outcome }) => outcomeText(outcome)],
  ["person_verdict", ({ person_verdict }) => person_verdict],
  ["worker", ({ worker_name }) => worker_name],
  ["cpu_model", ({ cpu_model }) => cpu_model],
  ["input_size_bytes", ({ input_size }) => input_size],
  ["duration_s", (entry) => seconds(metricValue(entry, "duration"))],
  ["cpu_time_s", (entry) => seconds(metricValue(entry, "cpu_time"))],
  ["peak_memory_bytes", (entry) => metricValue(entry, "memory")],
  ["peak_disk_bytes", (entry) => metricValue(entry, "disk_space")],
  ["lower_bounds", ({ lower_bounds }) => lower_bounds.join(" ")],
  ["reserved_memory_bytes", ({ allocation }) => allocation?.memory.amount],
  ["reserved_disk_bytes", ({ allocation }) => allocation?.disk_space.amount],
  ["reserved_cpus", ({ allocation }) => allocation?.cpu_count.amount],
  ["time_limit_s", ({ allocation }) => allocation?.duration.amount],
  ...predictedColumns("memory", "memory", "_bytes"),
  ...predictedColumns("disk_space", "disk", "_bytes"),
  ...predictedColumns("cpu_count", "cpus", ""),
  ...predictedColumns("duration", "duration", "_s"),
  ["trusted", ({ trusted }) => String(trusted)],
];

/** To the microsecond: more is left of the division of milliseconds. */
function seconds(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Number(value.toFixed(6));
}
