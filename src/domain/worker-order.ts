import { epochMs } from "./clock.ts";
import { inFigureOrder, orderOf, sortsOf, type Sort, type SortValue } from "./figure-order.ts";
import type { WorkerStanding } from "./worker.ts";

/** By what workers can be put in order. */
export const WORKER_ORDERS = [
  "worker",
  "state",
  "runs",
  "used",
  "reserved",
  "cores",
  "disk",
  "factor",
  "errors",
  "tags",
  "processor",
  "version",
  "silent",
] as const;
export type WorkerOrder = (typeof WORKER_ORDERS)[number];

/** An order, or its reverse. */
export type WorkerSort = Sort<WorkerOrder>;

/** Every order and its reverse. */
export const WORKER_SORTS = sortsOf(WORKER_ORDERS);

/** What each goes by: `used` and `reserved` are memory; `silent` is the time since it was last heard from. */
const VALUES: Record<WorkerOrder, (worker: WorkerStanding) => SortValue> = {
  worker: ({ worker_name }) => worker_name,
  state: ({ state }) => state,
  runs: ({ load }) => load.runs,
  used: ({ load }) => load.memory.used,
  reserved: ({ load }) => load.memory.reserved,
  cores: ({ load }) => load.cpu_count.reserved,
  disk: ({ load }) => load.disk_space.reserved,
  factor: ({ slowness }) => slowness?.factor ?? null,
  errors: ({ errors_in_day }) => errors_in_day,
  tags: ({ tags }) => tags.join(" "),
  processor: ({ cpu_model }) => cpu_model,
  version: ({ version }) => version,
  silent: ({ last_seen_at }) => -epochMs(last_seen_at),
};

/** Workers in an order: texts from the first on, figures from the most on; of equals by name. */
export function inWorkerOrder<Item extends WorkerStanding>(items: readonly Item[], sort: WorkerSort): Item[] {
  const { order, isReversed } = orderOf(sort);
  return inFigureOrder(items, isReversed, VALUES[order], ({ worker_name }) => worker_name);
}

/** Whether an order is one of texts, which stand from the first on. */
export function isTextOrder(order: WorkerOrder): boolean {
  return ["worker", "state", "tags", "processor", "version"].includes(order);
}
