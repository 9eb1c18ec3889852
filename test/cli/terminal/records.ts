import type { Allocation, AmountSource, Estimate, EstimateEvidence } from "../../../src/domain/allocation.ts";
import type { RunId, WorkRequestId, WorkerName } from "../../../src/domain/ids.ts";
import type { Run } from "../../../src/domain/run.ts";
import type { WorkRequest } from "../../../src/domain/work-request.ts";
import type { Worker } from "../../../src/domain/worker.ts";
import type { Surface } from "../../../src/cli/terminal/surface.ts";

export const MIB = 2 ** 20;
export const GIB = 2 ** 30;

/** The moment at which everything is looked at. */
export const NOW_MS = Date.UTC(2026, 10, 22, 12, 0, 0);

/** A terminal of 100 columns without colours, in UTC. */
export function terminal(part: Partial<Surface> = {}): Surface {
  return {
    isTty: true,
    columns: 100,
    hasColour: false,
    hasUnicode: true,
    hasLinks: false,
    nowMs: NOW_MS,
    isUtc: true,
    timeZone: "Europe/Berlin",
    ...part,
  };
}

/** A pipe. */
export const pipe = terminal({ isTty: false, columns: 80 });

/** So many seconds before now. */
export function ago(seconds: number): string {
  return new Date(NOW_MS - seconds * 1000).toISOString();
}

// Ids are brands; these are plain ones for records made by hand.
export const requestId = (id: number): WorkRequestId => id as WorkRequestId;
export const runIdOf = (text: string): RunId => text as RunId;
export const workerNameOf = (text: string): WorkerName => text as WorkerName;

const evidence: EstimateEvidence = { level: "key", runs: 40, method: "ladder" };

export function allocationOf(memory: number, source: AmountSource = "history"): Allocation {
  return {
    memory: { amount: memory, source, ...(source === "history" && { evidence }) },
    disk_space: { amount: 20 * GIB, source: "default", note: "no run has figures for it" },
    cpu_count: { amount: 4, source: "request" },
    duration: { amount: 3600, source: "history", evidence: { ...evidence, level: "task", runs: 1 } },
    tags: [],
  };
}

export const estimate: Estimate = {
  memory: { p50: 2.4 * GIB, p95: 4 * GIB, allocate: 5 * GIB, ladder: [8 * GIB, 16 * GIB], evidence },
  duration: { p50: 1220, p95: 1520, allocate: 3600, ladder: [7200], evidence: { ...evidence, level: "task", runs: 1 } },
};

/** A pending request with what the test names. */
export function requestOf(id: number, part: Partial<WorkRequest> = {}): WorkRequest {
  return {
    id: requestId(id),
    task_type: "worker",
    task_name: "build",
    subject: "llvm",
    context: "bookworm/amd64",
    name: "",
    status: "pending",
    result: null,
    task_data: {},
    parameter_summary: null,
    input_size: null,
    requirements: {},
    allocation: allocationOf(5 * GIB),
    estimate: null,
    worker_name: null,
    priority_base: 0,
    priority_adjustment: 0,
    unblock_strategy: "deps",
    allow_failure: false,
    trusted: true,
    inputs: [],
    dependencies: [],
    supersedes: null,
    superseded_by: null,
    created_at: ago(800),
    created_by: "default",
    pending_at: ago(790),
    started_at: null,
    completed_at: null,
    expire_after: null,
    aborted: null,
    waiting: null,
    output_data: null,
    run_count: 0,
    reactions: {},
    fail_on: "regression",
    verdict: null,
    avoid_workers: null,
    workflow_id: null,
    workflow_group: null,
    ...part,
  };
}

/** A run that goes on since 740 s, with what the test names. */
export function runOf(id: string, part: Partial<Run> = {}): Run {
  const [request, attempt] = id.split(".").map(Number);
  return {
    id: runIdOf(id),
    work_request_id: requestId(request ?? 0),
    attempt: attempt ?? 1,
    state: "running",
    worker_name: workerNameOf("w-04"),
    cpu_model: "AMD EPYC 7282",
    allocation: allocationOf(5 * GIB),
    estimate,
    placement: {
      at: ago(745),
      worker_name: workerNameOf("w-04"),
      rule: "it is the tightest fit",
      candidates: [{ worker_name: workerNameOf("w-04"), verdict: "chosen" }],
      candidate_count: 1,
    },
    assigned_at: ago(745),
    started_at: ago(740),
    ended_at: null,
    abort_requested_by: null,
    outcome: null,
    runtime_statistics: { duration: 740, cpu_time: 2442, memory: 3379 * MIB, disk_space: GIB },
    measurement: {
      method: "cgroup2",
      duration_ms: 740_000,
      cpu_user_ms: 2_400_000,
      cpu_system_ms: 42_000,
      lower_bounds: [],
      curve: {
        at_ms: [1, 2, 3, 4],
        memory: [GIB, 2 * GIB, 3379 * MIB, 2970 * MIB],
        cpu_millicores: [1000, 2000, 4000, 3700],
        disk_space: [0, 0, GIB, GIB],
      },
    },
    inputs: [],
    outputs: [],
    log: { size: 100, cut_bytes: 0 },
    failure: null,
    ...part,
  };
}

/** An idle worker of 8 cores with what the test names. */
export function workerOf(name: string, part: Partial<Worker> = {}): Worker {
  return {
    worker_name: workerNameOf(name),
    state: "online",
    capacity: { memory: 32 * GIB, disk_space: 200 * GIB, cpu_count: 8 },
    available_memory: 20 * GIB,
    available_disk_space: 150 * GIB,
    tags: ["amd64", "kvm"],
    tasks: { allow: [], deny: [] },
    cpu_model: "AMD EPYC 7282",
    version: "0.1.0",
    measure_method: "cgroup2",
    joined_at: ago(86_400),
    last_seen_at: ago(4),
    suspicion: null,
    ...part,
  };
}
