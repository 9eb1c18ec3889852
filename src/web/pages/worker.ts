import type { VNode } from "preact";
import { timestamp, type Timestamp } from "../../domain/clock.ts";
import type { Run } from "../../domain/run.ts";
import { speedText } from "../../domain/slowness-text.ts";
import { formatBytes, formatCores, formatDuration } from "../../domain/units.ts";
import type { AboutWorker } from "../../domain/about-worker.ts";
import { loadOf, runLoad } from "../../domain/worker-load.ts";
import type { Worker } from "../../domain/worker.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { runFigure } from "../../history/run-figure.ts";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import { FACTOR_HEADS, factorCells } from "../parts/factor-cells.ts";
import { reachOf } from "../charts/dot-interval.ts";
import { action, mayDo } from "../parts/actions.ts";
import { commandLine, historyAddress, requestLink } from "../parts/links.ts";
import { notTakenPart } from "../parts/not-taken.ts";
import { numberHead, table, type Row } from "../parts/table.ts";
import { suspicionPart } from "../parts/suspicion.ts";
import { ago, moment, secondsBetween } from "../parts/time.ts";
import { joinPart } from "../parts/join-part.ts";
import { barLegend, loadBars } from "../parts/worker-box.ts";
import { linesPart, newestTrouble, type NewestLines } from "../parts/worker-lines.ts";
import { workerState } from "../parts/worker-state.ts";
import { workerLoads, workerTimeline, type PastRun } from "../parts/worker-timeline.ts";
import { requestHeads, requestRow } from "./request-row.ts";
import { zonedText } from "../zone.ts";

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
  /** Of its own log. */
  said: NewestLines;
} & AboutWorker;

/** One worker: what it has, what it does, what it did. */
export function workerPage(frame: Frame, data: WorkerData): string {
  const { now, lastEventId, worker, runs, requests } = data;
  const { worker_name, capacity } = worker;
  const loads = runs.map(runLoad);
  return renderPage(
    frame,
    {
      title: `Worker ${worker_name}`,
      place: "workers",
      live: { topics: `requests,workers,log:${worker_name}`, after: lastEventId },
      hasCharts: true,
    },
    e(
      "p",
      { class: "lead", role: "status" },
      workerState(worker),
      `, ${runs.length === 0 ? "runs nothing" : `${runs.length} running`}`,
    ),
    e(
      "p",
      {},
      `It has ${formatBytes(capacity.memory)} of memory, ${formatCores(capacity.cpu_count)} cores and ${formatBytes(capacity.disk_space)} of disk for runs.`,
    ),
    suspicionPart(frame.root, worker, now),
    newestTrouble(data.said, now),
    steering(frame, worker),
    e("h2", { id: "load" }, "Used, reserved, free"),
    barLegend(),
    ...loadBars({ capacity, load: loadOf(loads) }, loads).flat(),
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
    ...linesPart(frame.root, worker_name, data.said),
    ...speedPart(frame.root, data),
    e("h2", { id: "about" }, "About it"),
    detailTable(data),
    ...elsewhere(frame, worker_name),
  );
}

function elsewhere(frame: Frame, worker_name: string): VNode[] {
  const itself = [
    e("h2", {}, "The same elsewhere"),
    commandLine(`worker show ${worker_name}`),
    commandLine(`worker log ${worker_name}`),
  ];
  if (!mayDo(frame, "admin")) return itself;
  return [...itself, e("h2", { id: "join" }, "Another worker"), ...joinPart(frame)];
}

/** More tasks are few runs each. */
const MOST_TASKS = 20;

/** How long its work takes beside an ordinary worker: of all tasks, by which it is chosen, and of each. */
function speedPart(root: string, { slowness, task_slowness }: AboutWorker): VNode[] {
  if (slowness === null) return [];
  const shown = task_slowness.slice(0, MOST_TASKS);
  const more = task_slowness.length - shown.length;
  const reach = reachOf([slowness, ...shown]);
  return [
    e("h2", { id: "speed" }, "How fast it is"),
    e(
      "p",
      {},
      `Work ${speedText(slowness)}: that is what it is chosen by. Of a task, the factor is the median over what ran both here and elsewhere, drawn towards 1 where runs are few.`,
    ),
    table(
      "How fast it is, by task",
      ["Task", ...FACTOR_HEADS],
      [
        ["all", ...factorCells(slowness, reach)],
        ...shown.map(({ task_type, task_name, ...speed }) => [
          e("a", { href: `${historyAddress(root, { task_type, task_name })}#workers` }, task_name),
          ...factorCells(speed, reach),
        ]),
      ],
    ),
    ...(more > 0 ? [e("p", { class: "quiet" }, `${more} more tasks have fewer runs.`)] : []),
  ];
}

/** What it is, and how good. */
function detailTable(data: WorkerData): VNode {
  const { worker, now } = data;
  return table(
    "Details",
    [
      { name: "Field", look: "name" },
      { name: "Value", look: "wide" },
    ],
    [
      ["tags", worker.tags.join(", ") || "none"],
      ["tasks", taskText(worker)],
      ["processor", worker.cpu_model],
      ["speed", speedText(data.slowness)],
      ["runs that ended in error", errorsText(data)],
      ["measures by", worker.measure_method],
      ["version", worker.version],
      ["joined", moment(worker.joined_at)],
      ["last heard from", ago(worker.last_seen_at, now)],
    ],
  );
}

function errorsText({ errors_in_day: errors, week }: AboutWorker): string {
  return `${errors === 0 ? "none" : errors} in 24 hours, ${week.errors === 0 ? "none" : week.errors} of ${week.is_cut ? "the newest " : ""}${week.runs} in 7 days`;
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
    ...workerLoads({ ...data, runs: past }),
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
    "stacked",
  );
}

function taskText({ tasks: { allow, deny } }: Worker): string {
  const only = allow.length === 0 ? "any" : allow.join(", ");
  return deny.length === 0 ? only : `${only}; but not ${deny.join(", ")}`;
}
