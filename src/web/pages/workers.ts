import type { VNode } from "preact";
import type { Timestamp } from "../../domain/clock.ts";
import { orderOf } from "../../domain/figure-order.ts";
import { formatBytes, formatCores } from "../../domain/units.ts";
import type { RunLoad } from "../../domain/worker-load.ts";
import { inWorkerOrder, isTextOrder, type WorkerOrder, type WorkerSort } from "../../domain/worker-order.ts";
import {
  WORKER_STATES,
  type Capacity,
  type Worker,
  type WorkerStanding,
  type WorkerState,
} from "../../domain/worker.ts";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import { choices, type Choice } from "../parts/choices.ts";
import { fleet } from "../parts/fleet.ts";
import { joinPart } from "../parts/join-part.ts";
import { commandLine, queryText, workerLink } from "../parts/links.ts";
import { pager } from "../parts/pager.ts";
import { sortedHead } from "../parts/sorted-head.ts";
import { table, type Cell } from "../parts/table.ts";
import { ago } from "../parts/time.ts";
import { workerState } from "../parts/worker-state.ts";

/** Rows of the table at once: a page of all would weigh more than it says. */
const MOST_ROWS = 100;

/** Which workers are asked for: in a state, in an order, and after one of these. */
export type WorkersFilter = { state?: WorkerState | undefined; sort: WorkerSort; after?: string | undefined };

/** The order of the list that is asked for without one. */
export const USUAL_WORKER_SORT: WorkerSort = "worker";

/** What the list of workers shows. */
export type WorkersData = {
  now: Timestamp;
  lastEventId: number;
  filter: WorkersFilter;
  workers: readonly WorkerStanding[];
  runsOf: ReadonlyMap<string, readonly RunLoad[]>;
};

/** All workers: what each has, reserves, uses. */
export function workersPage(frame: Frame, data: WorkersData): string {
  const { lastEventId, workers, runsOf } = data;
  return renderPage(
    frame,
    {
      title: "Workers",
      place: "workers",
      live: { topics: "requests,workers", after: lastEventId },
      hasCharts: true,
    },
    e("p", {}, sentence(workers)),
    ...(workers.length === 0
      ? [e("p", {}, "This page will show each worker with what is reserved and used of it."), ...joinPart(frame)]
      : [
          e("h2", {}, "Used, reserved, free"),
          ...fleet(frame.root, workers, runsOf),
          ...workerList(frame, data),
          ...(frame.alone === undefined ? [e("h2", { id: "join" }, "Another worker"), ...joinPart(frame)] : []),
        ]),
    e("h2", {}, "The same elsewhere"),
    commandLine(
      `worker ls${data.filter.sort === USUAL_WORKER_SORT ? "" : ` --sort ${orderOf(data.filter.sort).order}`}`,
    ),
  );
}

function workerList({ root }: Frame, { now, filter, workers }: WorkersData): (VNode | null)[] {
  const { state, sort, after } = filter;
  const wanted = inWorkerOrder(
    workers.filter((worker) => state === undefined || worker.state === state),
    sort,
  );
  // of one that is gone, or has another state now, nobody knows where it stood: the list begins anew
  const first = 1 + wanted.findIndex(({ worker_name }) => worker_name === after);
  const shown = wanted.slice(first, first + MOST_ROWS);
  const last = wanted.length > first + shown.length ? shown.at(-1)?.worker_name : undefined;
  const addressOf = (chosen: WorkerSort) => workersAddress(root, { state, sort: chosen });
  return [
    e("h2", { id: "list" }, "One by one"),
    states(root, workers, filter),
    shown.length === 0
      ? e("p", { class: "quiet" }, "No worker matches. ", e("a", { href: `${root}workers` }, "Show all"))
      : table(
          "Workers",
          COLUMNS.map((column) => sortedHead(column, sort, isTextOrder(column.order), addressOf)),
          shown.map((worker) => ({
            key: worker.worker_name,
            cells: COLUMNS.map(({ cell }) => cell(worker, root, now)),
          })),
        ),
    e("p", { class: "quiet" }, ABOUT_FIGURES),
    pager({
      from: after,
      next: last ?? null,
      address: (from) => workersAddress(root, { ...filter, after: from }),
      words: ["First", "More"],
    }),
  ];
}

const ABOUT_FIGURES =
  "Used: what its runs used at most so far. Factor: how long work takes there beside an ordinary worker, 0.5 half as long; not known of those on which nothing has run that also ran elsewhere. Errors: runs of the last 24 hours that ended in error, which is not the work's fault.";

/** An address keeps what is chosen; the order that is asked for without one is left out. */
function workersAddress(root: string, { state, sort, after }: WorkersFilter): string {
  return `${root}workers${queryText({ state, sort: sort === USUAL_WORKER_SORT ? undefined : sort, after })}#list`;
}

function states(root: string, workers: readonly Worker[], { state: chosen, sort }: WorkersFilter): VNode {
  const choice = (word: string, state: WorkerState | undefined): Choice => ({
    word,
    href: workersAddress(root, { state, sort }),
    isChosen: chosen === state,
  });
  const present = WORKER_STATES.map((state) => ({ state, count: workers.filter((one) => one.state === state).length }));
  return choices([
    choice("all", undefined),
    ...present.filter(({ count }) => count > 0).map(({ state, count }) => choice(`${count} ${state}`, state)),
  ]);
}

function sentence(workers: readonly Worker[]): string {
  if (workers.length === 0) return "No worker has joined yet.";
  const counts = WORKER_STATES.map((state) => ({
    state,
    count: workers.filter((worker) => worker.state === state).length,
  }));
  return `${workers.length} ${workers.length === 1 ? "worker" : "workers"}: ${counts
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${state}`)
    .join(", ")}.`;
}

/** A column: its head, by what it is sorted, and its cell. */
type Column = {
  name: string;
  look?: "number" | "name";
  order: WorkerOrder;
  cell: (worker: WorkerStanding, root: string, now: Timestamp) => Cell;
};

const COLUMNS: readonly Column[] = [
  { name: "Worker", order: "worker", cell: ({ worker_name }, root) => workerLink(root, worker_name) },
  { name: "State", look: "name", order: "state", cell: (worker) => workerState(worker) },
  { name: "Runs", look: "number", order: "runs", cell: ({ load }) => String(load.runs) },
  { name: "Memory used", look: "number", order: "used", cell: ({ load }) => formatBytes(load.memory.used) },
  held("Memory reserved", "reserved", "memory", formatBytes),
  held("Cores reserved", "cores", "cpu_count", formatCores),
  held("Disk reserved", "disk", "disk_space", formatBytes),
  { name: "Factor", look: "number", order: "factor", cell: ({ slowness }) => slowness?.factor.toFixed(2) ?? "–" },
  { name: "Errors", look: "number", order: "errors", cell: errorsCell },
  { name: "Last heard", order: "silent", cell: ({ last_seen_at }, _, now) => ago(last_seen_at, now) },
  { name: "Tags", look: "name", order: "tags", cell: ({ tags }) => tags.join(" ") },
  { name: "Processor", look: "name", order: "processor", cell: ({ cpu_model }) => cpu_model },
  { name: "Version", order: "version", cell: ({ version }) => version },
];

function held(name: string, order: WorkerOrder, resource: keyof Capacity, format: (amount: number) => string): Column {
  const cell = ({ load, capacity }: WorkerStanding) =>
    `${format(load[resource].reserved)} of ${format(capacity[resource])}`;
  return { name, look: "number", order, cell };
}

function errorsCell({ errors_in_day: errors }: WorkerStanding): Cell {
  return errors === 0 ? "–" : e("span", { class: "warning" }, String(errors));
}
