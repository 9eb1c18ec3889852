import type { VNode } from "preact";
import { epochMs, type Timestamp } from "../../domain/clock.ts";
import { outcomeText } from "../../domain/outcome-text.ts";
import type { Run } from "../../domain/run.ts";
import type { RuntimeStatistics } from "../../domain/runtime-statistics.ts";
import { formatBytes, formatCores, formatDuration } from "../../domain/units.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { averageCores } from "../../domain/worker-load.ts";
import type { Capacity, Worker } from "../../domain/worker.ts";
import { loadAreaChart, type LoadStep } from "../charts/load-area.ts";
import type { Unit } from "../charts/scales.ts";
import { timelineChart, type Lane, type Span } from "../charts/timeline.ts";
import { element as e } from "../element.ts";
import { keyText } from "./links.ts";
import { kindOf } from "./request-timeline.ts";

/** A run of a worker, with what it was a run of. */
export type PastRun = Pick<
  Run,
  "id" | "work_request_id" | "allocation" | "assigned_at" | "started_at" | "ended_at" | "outcome" | "runtime_statistics"
> &
  Pick<WorkRequest, "task_name" | "subject" | "context">;

/** What the two pictures of a worker's past are made from; the span is in milliseconds since 1970. */
export type WorkerPast = { worker: Worker; runs: readonly PastRun[]; now: Timestamp; span: readonly [number, number] };

/** More lanes than this are a wall. */
const MOST_LANES = 16;

/** What ran on it when: runs side by side where they went on at the same time. */
export function workerTimeline(root: string, { runs, now, span }: WorkerPast): VNode {
  const spans = runs.map((run) => spanOf(root, run, epochMs(now))).sort((a, b) => a.from - b.from);
  const lanes = lanesOf(spans);
  const shown = lanes.slice(0, MOST_LANES);
  const hidden = lanes.length > shown.length ? `; only ${MOST_LANES} are drawn` : "";
  const atOnce = lanes.length === 1 ? "one after another" : `up to ${lanes.length} at once${hidden}`;
  const count = runs.length === 1 ? "1 run" : `${runs.length} runs, ${atOnce}`;
  return timelineChart({
    sentence: `What ran on it when: ${count}.`,
    lanes: shown,
    range: span,
    now: epochMs(now),
    zooms: true,
  });
}

function spanOf(root: string, run: PastRun, nowMs: number): Span {
  const from = epochMs(run.started_at ?? run.assigned_at);
  const to = Math.max(from, run.ended_at === null ? nowMs : epochMs(run.ended_at));
  const end = run.outcome === null ? "runs" : outcomeText(run.outcome);
  return {
    from,
    to,
    kind: kindOf(run),
    text: `#${run.work_request_id} ${keyText(run)} · ${formatDuration((to - from) / 1000)} · ${end}`,
    href: `${root}r/${run.work_request_id}`,
  };
}

/** As few lanes as can be: each span goes into the first that is free by then. */
function lanesOf(spans: readonly Span[]): Lane[] {
  const lanes: { name: string; spans: Span[] }[] = [];
  for (const span of spans) {
    const free = lanes.find((lane) => (lane.spans.at(-1)?.to ?? 0) <= span.from);
    if (free === undefined) lanes.push({ name: "", spans: [span] });
    else free.spans.push(span);
  }
  return lanes;
}

type Drawn = {
  resource: keyof Capacity;
  unit: Unit;
  /** What there is of it: `64.0G of memory`. */
  capacityText: (capacity: number) => string;
  usedWord: string;
  /** What of it a run is counted with, as long as it lasts. */
  countedWith: string;
  used: (statistics: RuntimeStatistics) => number | undefined;
};

const MEMORY: Drawn = {
  resource: "memory",
  unit: "bytes",
  capacityText: (capacity) => `${formatBytes(capacity)} of memory`,
  usedWord: "used at most",
  countedWith: "peak",
  used: ({ memory }) => memory,
};
const OTHERS: readonly Drawn[] = [
  {
    resource: "cpu_count",
    unit: "cores",
    capacityText: (capacity) => `${formatCores(capacity)} ${capacity === 1 ? "core" : "cores"}`,
    usedWord: "used on average",
    countedWith: "average",
    used: (statistics) => averageCores(statistics) ?? undefined,
  },
  {
    resource: "disk_space",
    unit: "bytes",
    capacityText: (capacity) => `${formatBytes(capacity)} of disk`,
    usedWord: "used at most",
    countedWith: "peak",
    used: ({ disk_space }) => disk_space,
  },
];

/** How much of it was reserved over time, and how much of that the runs used: memory, and folded the other resources. */
export function workerLoads(past: WorkerPast): VNode[] {
  return [
    workerLoad(past, MEMORY),
    e("details", {}, e("summary", {}, "The same of cores and disk"), ...OTHERS.map((drawn) => workerLoad(past, drawn))),
  ];
}

function workerLoad({ worker, runs, now, span }: WorkerPast, drawn: Drawn): VNode {
  const { resource, unit, capacityText, usedWord, countedWith } = drawn;
  const steps = stepsOf(runs, drawn, epochMs(now), span);
  const capacity = worker.capacity[resource];
  const seconds = (span[1] - span[0]) / 1000;
  const mean = (pick: (step: LoadStep) => number) =>
    steps.reduce((sum, step, index) => {
      const until = steps[index + 1]?.at ?? span[1];
      return sum + (pick(step) * (until - step.at)) / 1000;
    }, 0) / Math.max(1, seconds);
  const share = (amount: number) => (capacity > 0 ? `${Math.round((amount / capacity) * 100)} %` : "–");
  return loadAreaChart({
    sentence: `Of ${capacityText(capacity)} ${share(mean(({ reserved }) => reserved))} were reserved on average, and runs ${usedWord.replace(" on average", "")} ${share(mean(({ used }) => used))}, each counted with its ${countedWith}.`,
    unit,
    usedWord,
    capacity,
    steps,
    span,
  });
}

/** What is held from each change on; inside the span. */
function stepsOf(
  runs: readonly PastRun[],
  { resource, used: usedOf }: Pick<Drawn, "resource" | "used">,
  nowMs: number,
  [first, last]: readonly [number, number],
): LoadStep[] {
  const changes = runs.flatMap((run) => {
    const reserved = run.allocation[resource].amount;
    const used = usedOf(run.runtime_statistics) ?? 0;
    const [from, to] = [epochMs(run.assigned_at), run.ended_at === null ? nowMs : epochMs(run.ended_at)];
    return [
      { at: Math.max(first, from), reserved, used },
      { at: Math.max(first, to), reserved: -reserved, used: -used },
    ];
  });
  const steps: LoadStep[] = [{ at: first, reserved: 0, used: 0 }];
  for (const { at, reserved, used } of changes.sort((a, b) => a.at - b.at)) {
    if (at > last) break;
    const before = steps.at(-1)!; // there is a first
    const after = { at, reserved: before.reserved + reserved, used: before.used + used };
    if (before.at === at) steps[steps.length - 1] = after;
    else steps.push(after);
  }
  return steps;
}
