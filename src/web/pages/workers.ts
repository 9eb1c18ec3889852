import type { VNode } from "preact";
import { timestamp, type Timestamp } from "../../domain/clock.ts";
import type { Run } from "../../domain/run.ts";
import type { Slowness } from "../../domain/slowness.ts";
import { speedText } from "../../domain/slowness-text.ts";
import { formatBytes, formatCores, formatDuration } from "../../domain/units.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { WORKER_STATES, type Worker, type WorkerState } from "../../domain/worker.ts";
import { runFigure } from "../../history/run-figure.ts";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import { choices, type Choice } from "../parts/choices.ts";
import { action, mayDo } from "../parts/actions.ts";
import { fleet } from "../parts/fleet.ts";
import { commandLine, queryText, requestLink, workerLink } from "../parts/links.ts";
import { notTakenPart, type NotTaken } from "../parts/not-taken.ts";
import { numberHead, table, type Row } from "../parts/table.ts";
import { suspicionPart } from "../parts/suspicion.ts";
import { ago, moment, secondsBetween } from "../parts/time.ts";
import { barLegend, loadBars, loadOf, type LoadedRun } from "../parts/worker-box.ts";
import { workerLoad, workerTimeline, type PastRun } from "../parts/worker-timeline.ts";
import { requestHeads, requestRow } from "./request-row.ts";
import { zonedText } from "../zone.ts";

/** Rows of the table at once: a page of all would weigh more than it says. */
const MOST_ROWS = 100;

/** Which workers are asked for: in a state, and after a name. */
export type WorkersFilter = { state?: WorkerState | undefined; after?: string | undefined };

/** What the list of workers shows. */
export type WorkersData = {
  now: Timestamp;
  lastEventId: number;
  filter: WorkersFilter;
  workers: readonly Worker[];
  runsOf: ReadonlyMap<string, readonly LoadedRun[]>;
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
      ? [
          e(
            "p",
            {},
            "This page will show each worker with what is reserved and used of it. This prints what to type on the machine that is to be one:",
          ),
          commandLine("token new --worker"),
        ]
      : [e("h2", {}, "Used, reserved, free"), ...fleet(frame.root, workers, runsOf), ...workerList(frame, data)]),
    e("h2", {}, "The same elsewhere"),
    commandLine("worker ls"),
  );
}

function workerList({ root }: Frame, { now, filter, workers, runsOf }: WorkersData): VNode[] {
  const { state, after } = filter;
  const wanted = workers
    .filter((worker) => (state === undefined || worker.state === state) && worker.worker_name > (after ?? ""))
    .sort((a, b) => (a.worker_name < b.worker_name ? -1 : 1));
  const shown = wanted.slice(0, MOST_ROWS);
  const last = wanted.length > shown.length ? shown.at(-1)?.worker_name : undefined;
  return [
    e("h2", { id: "list" }, "One by one"),
    states(root, workers, state),
    shown.length === 0
      ? e("p", { class: "quiet" }, "No worker matches. ", e("a", { href: `${root}workers` }, "Show all"))
      : table(
          "Workers",
          WORKER_COLUMNS,
          shown.map((worker) => workerRow(root, worker, runsOf.get(worker.worker_name) ?? [], now)),
        ),
    ...pager(root, filter, last),
  ];
}

function states(root: string, workers: readonly Worker[], chosen: WorkerState | undefined): VNode {
  const choice = (word: string, state: WorkerState | undefined): Choice => ({
    word,
    href: `${root}workers${queryText({ state })}#list`,
    isChosen: chosen === state,
  });
  const present = WORKER_STATES.map((state) => ({ state, count: workers.filter((one) => one.state === state).length }));
  return choices([
    choice("all", undefined),
    ...present.filter(({ count }) => count > 0).map(({ state, count }) => choice(`${count} ${state}`, state)),
  ]);
}

function pager(root: string, { state, after }: WorkersFilter, last: string | undefined): VNode[] {
  if (after === undefined && last === undefined) return [];
  const link = (word: string, from: string | undefined) =>
    e("li", {}, e("a", { href: `${root}workers${queryText({ state, after: from })}#list` }, word));
  const links = [
    ...(after === undefined ? [] : [link("First", undefined)]),
    ...(last === undefined ? [] : [link("More", last)]),
  ];
  return [e("nav", { "aria-label": "Parts of the list" }, e("ul", {}, ...links))];
}

function sentence(workers: readonly Worker[]): string {
  if (workers.length === 0) return "No worker has joined yet.";
  const counts = WORKER_STATES.map((state) => ({
    state,
    count: workers.filter((worker) => worker.state === state).length,
  }));
  return `${workers.length} workers: ${counts
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${state}`)
    .join(", ")}.`;
}

const WORKER_COLUMNS = [
  "Worker",
  "State",
  numberHead("Runs"),
  numberHead("Memory reserved"),
  numberHead("Cores reserved"),
  numberHead("Disk reserved"),
  { name: "Tags", look: "wide" },
  "Processor",
  "Version",
  "Last heard from",
];

function workerRow(root: string, worker: Worker, runs: readonly LoadedRun[], now: Timestamp): Row {
  const { memory, cpu_count, disk_space } = loadOf(worker, runs);
  return {
    key: worker.worker_name,
    cells: [
      workerLink(root, worker.worker_name),
      stateCell(worker),
      String(runs.length),
      `${formatBytes(memory.reserved)} of ${formatBytes(memory.capacity)}`,
      `${formatCores(cpu_count.reserved)} of ${formatCores(cpu_count.capacity)}`,
      `${formatBytes(disk_space.reserved)} of ${formatBytes(disk_space.capacity)}`,
      worker.tags.join(" "),
      worker.cpu_model,
      worker.version,
      ago(worker.last_seen_at, now),
    ],
  };
}

function stateCell({ state, suspicion }: Worker): VNode {
  const isWell = state === "online" && suspicion === null;
  return e("span", { class: isWell ? "success" : "warning" }, suspicion === null ? state : `${state}, suspected`);
}

/** What the page of one worker shows. */
export type WorkerData = {
  now: Timestamp;
  lastEventId: number;
  worker: Worker;
  runs: readonly Run[];
  /** Requests with a run on it in that span: what goes on, then what ended last. */
  requests: readonly WorkRequest[];
  /** Its runs in a span of time, newest first. */
  past: readonly PastRun[];
  /** True when there were more than these. */
  isPastCut: boolean;
  /** Of `past`: milliseconds since 1970. */
  span: readonly [number, number];
  /** Whether the span is one that was chosen. */
  isChosen: boolean;
  /** How slow it is, as the choice of worker goes by it; null: not known. */
  slowness: Slowness | null;
  /** Of its runs of seven days, or the newest of them: how many ended in error, which is not the work's fault. */
  infrastructure: { count: number; runs: number; isCut: boolean };
  /** What waits that it could never take. */
  not_taken: NotTaken;
};

/** One worker: what it has, what it does, what it did. */
export function workerPage(frame: Frame, data: WorkerData): string {
  const { now, lastEventId, worker, runs, requests } = data;
  const { worker_name, capacity } = worker;
  return renderPage(
    frame,
    {
      title: `Worker ${worker_name}`,
      place: "workers",
      live: { topics: "requests,workers", after: lastEventId },
      hasCharts: true,
    },
    e(
      "p",
      { class: "lead", role: "status" },
      stateCell(worker),
      `, ${runs.length === 0 ? "runs nothing" : `${runs.length} running`}`,
    ),
    e(
      "p",
      {},
      `It has ${formatBytes(capacity.memory)} of memory, ${formatCores(capacity.cpu_count)} cores and ${formatBytes(capacity.disk_space)} of disk for runs.`,
    ),
    suspicionPart(frame.root, worker, now),
    steering(frame, worker),
    e("h2", { id: "load" }, "Used, reserved, free"),
    barLegend(),
    ...loadBars(worker, runs).flat(),
    e("h2", { id: "runs" }, "Running now"),
    runs.length === 0 ? e("p", { class: "quiet" }, "Nothing runs on it.") : goingTable(frame.root, runs, now),
    ...notTakenPart(frame.root, data.not_taken),
    ...pastPart(frame, data),
    e("h2", { id: "requests" }, "Requests that ran on it last"),
    requests.length === 0
      ? e("p", { class: "quiet" }, "None yet.")
      : table(
          "Requests",
          requestHeads(),
          requests.map((request) => requestRow(frame.root, request, now)),
        ),
    requests.length === 0
      ? null
      : e("p", {}, e("a", { href: `${frame.root}r?worker=${encodeURIComponent(worker_name)}` }, "All of them")),
    e("h2", { id: "about" }, "About it"),
    detailTable(data),
    e("h2", {}, "The same elsewhere"),
    commandLine(`worker show ${worker_name}`),
    ...(mayDo(frame, "admin")
      ? [
          e("p", {}, "Another worker is joined by a token, which this makes, with what to type on its machine:"),
          commandLine("token new --worker"),
        ]
      : []),
  );
}

/** What it is, and how good. */
function detailTable(data: WorkerData): VNode {
  const { worker, now } = data;
  return table(
    "Details",
    ["Field", { name: "Value", look: "wide" }],
    [
      ["tags", worker.tags.join(", ") || "none"],
      ["tasks", taskText(worker)],
      ["processor", worker.cpu_model],
      ["speed", speedText(data.slowness)],
      ["runs in 7 days that ended in error", infrastructureText(data)],
      ["measures by", worker.measure_method],
      ["version", worker.version],
      ["joined", moment(worker.joined_at)],
      ["last heard from", ago(worker.last_seen_at, now)],
    ],
  );
}

function infrastructureText({ infrastructure: { count, runs, isCut } }: WorkerData): string {
  return `${count === 0 ? "none" : count} of ${isCut ? "the newest " : ""}${runs}`;
}

/** What it did, as pictures; the table of its requests below says the same. */
function pastPart(frame: Frame, data: WorkerData): VNode[] {
  const { past, isPastCut, isChosen, span, worker } = data;
  const [from, to] = span.map((at) => zonedText(timestamp(at)));
  const whole = `${frame.root}workers/${encodeURIComponent(worker.worker_name)}`;
  const head = [
    e("h2", { id: "past" }, isChosen ? "What it did then" : "What it did lately"),
    e(
      "p",
      {},
      `From ${from} to ${to}. `,
      isChosen ? e("a", { href: whole }, "Show the newest") : "Drag over a picture to see a part of it.",
    ),
  ];
  if (past.length === 0) return [...head, e("p", { class: "quiet" }, "Nothing ran on it in that time.")];
  return [
    ...head,
    ...(isPastCut ? [e("p", { class: "quiet" }, `Only the newest ${past.length} runs of that time are drawn.`)] : []),
    workerLoad({ ...data, runs: past }),
    workerTimeline(frame.root, { ...data, runs: past }),
  ];
}

function steering(frame: Frame, { worker_name, state }: Worker): VNode | null {
  if (!mayDo(frame, "admin")) return null;
  const button = (verb: "drain" | "resume", word: string) =>
    action(frame, {
      to: `workers/${encodeURIComponent(worker_name)}/${verb}`,
      word,
      command: `worker ${verb} ${worker_name}`,
    });
  const drain = button("drain", "Drain: finish what runs, take nothing new");
  const resume = button("resume", "Resume: take work again");
  // of one that is offline nobody sees whether it was drained
  const buttons = state === "online" ? [drain] : state === "draining" ? [resume] : [drain, resume];
  return e("div", { class: "actions" }, ...buttons);
}

function goingTable(root: string, runs: readonly Run[], now: Timestamp): VNode {
  const rows: Row[] = runs.map((run) => {
    const memory = runFigure(run, "memory");
    return {
      key: run.id,
      cells: [
        requestLink(root, run.work_request_id),
        run.started_at === null ? "starting" : formatDuration(secondsBetween(run.started_at, now)),
        `${memory === undefined ? "–" : formatBytes(memory)} of ${formatBytes(run.allocation.memory.amount)}`,
        formatCores(run.allocation.cpu_count.amount),
        formatBytes(run.allocation.disk_space.amount),
        run.placement.rule,
      ],
    };
  });
  return table(
    "Running now",
    [
      "Request",
      numberHead("For"),
      numberHead("Memory used of reserved"),
      numberHead("Cores reserved"),
      numberHead("Disk reserved"),
      { name: "Why here", look: "wide" },
    ],
    rows,
  );
}

function taskText({ tasks: { allow, deny } }: Worker): string {
  const only = allow.length === 0 ? "any" : allow.join(", ");
  return deny.length === 0 ? only : `${only}; but not ${deny.join(", ")}`;
}
