import type { SyncAnswer } from "../../contract/worker-protocol.ts";
import type { RunId, WorkRequestId } from "../../domain/ids.ts";
import { holds, addTo, noRoom } from "../../schedule/room.ts";
import type { Look } from "./server-under-test.ts";
import type { Process, SimulatedWorker } from "./simulated-worker.ts";

/**
 * What must hold after every step, whatever went wrong before: no acknowledged request is lost and none is ended twice; no
 * two live runs of one request, neither in the server's mind nor as processes; no worker has more than it can give; every
 * wait is explained; a success really ran to its end; what a worker was told is safe is not forgotten; in the
 * end, everything has ended.
 */
export class Invariants {
  readonly #acknowledged = new Set<WorkRequestId>();
  readonly #aborted = new Set<WorkRequestId>();
  readonly #ended = new Map<WorkRequestId, string>();
  /** Requests of which a command ran to its end with exit code 0. */
  readonly #succeeded = new Set<WorkRequestId>();
  readonly #handedIn = new Set<WorkRequestId>();

  acknowledged(id: WorkRequestId): void {
    this.#acknowledged.add(id);
  }

  abortAcknowledged(id: WorkRequestId): void {
    this.#aborted.add(id);
  }

  /** A process has come to its end. */
  ran({ work_request_id, end }: Process): void {
    if (end.kind === "exited" && end.code === 0) this.#succeeded.add(work_request_id);
  }

  /** A worker is told what the server has safely. */
  heard(answer: SyncAnswer, worker: SimulatedWorker): void {
    for (const report of worker.reports()) {
      const isSuccess = report.state === "ended" && report.outcome.kind === "exited" && report.outcome.code === 0;
      if (isSuccess && answer.acknowledged.includes(report.run_id)) this.#handedIn.add(requestOf(report.run_id));
    }
  }

  /** The first thing that is wrong, as a sentence; undefined when all is as it should be. */
  check(look: Look, workers: readonly SimulatedWorker[], isServerUp: boolean): string | undefined {
    if (look.complaints[0] !== undefined) return `the server complains: ${look.complaints[0]}`;
    return this.#checkRequests(look, isServerUp) ?? checkRuns(look, workers) ?? checkProcesses(workers);
  }

  /** True when every request that there will be has ended. */
  isAllOver(look: Look, count: number): boolean {
    return (
      look.requests.length === count &&
      look.requests.every(({ status }) => status === "completed" || status === "aborted")
    );
  }

  atTheEnd(look: Look, count: number): string | undefined {
    if (look.requests.length !== count) return `${look.requests.length} requests of ${count} are there in the end`;
    const open = look.requests.find(({ status }) => status !== "completed" && status !== "aborted");
    if (open !== undefined) return `#${open.id} has not ended: ${open.status}, ${open.waiting?.message ?? "no reason"}`;
    for (const { id, status } of look.requests) {
      if (this.#handedIn.has(id) && status === "aborted" && !this.#aborted.has(id))
        return `#${id} is aborted, but had succeeded`;
    }
    return undefined;
  }

  #checkRequests(look: Look, isServerUp: boolean): string | undefined {
    const known = new Map(look.requests.map((request) => [request.id, request]));
    for (const id of this.#acknowledged) if (!known.has(id)) return `#${id} was acknowledged and is gone`;
    for (const { id, status, result, waiting } of look.requests) {
      const now = `${status}/${result ?? ""}`;
      const before = this.#ended.get(id);
      if (before !== undefined && before !== now) return `#${id} had ended as ${before} and is ${now} now`;
      if (status === "completed" || status === "aborted") this.#ended.set(id, now);
      if (result === "success" && !this.#succeeded.has(id)) return `#${id} is a success and never ran to its end`;
      const isUnexplained = (status === "pending" || status === "blocked") && (waiting?.message ?? "") === "";
      if (isServerUp && isUnexplained) return `#${id} is ${status} without a reason`;
    }
    return undefined;
  }
}

function checkRuns(look: Look, workers: readonly SimulatedWorker[]): string | undefined {
  const seen = new Set<WorkRequestId>();
  for (const { work_request_id } of look.runs) {
    if (seen.has(work_request_id)) return `the server has two active runs of #${work_request_id}`;
    seen.add(work_request_id);
  }
  for (const { plan } of workers) {
    const reserved = noRoom();
    for (const { allocation } of look.runs.filter((run) => run.worker_name === plan.name)) {
      const { memory, disk_space, cpu_count } = allocation;
      addTo(reserved, { memory: memory.amount, disk_space: disk_space.amount, cpu_count: cpu_count.amount }, 1);
    }
    if (!holds(plan.capacity, reserved))
      return `${plan.name} has more reserved than it has: ${JSON.stringify(reserved)}`;
  }
  return undefined;
}

function checkProcesses(workers: readonly SimulatedWorker[]): string | undefined {
  const alive = new Map<WorkRequestId, string>();
  for (const { plan, processes } of workers) {
    let memory = 0;
    for (const process of processes.values()) {
      memory += process.memory;
      const other = alive.get(process.work_request_id);
      if (other !== undefined) return `#${process.work_request_id} runs twice at once: on ${other} and on ${plan.name}`;
      alive.set(process.work_request_id, plan.name);
    }
    if (memory > plan.capacity.memory) return `the processes of ${plan.name} have more memory than it has`;
  }
  return undefined;
}

function requestOf(id: RunId): WorkRequestId {
  return Number(id.split(".")[0]) as WorkRequestId; // a run's id begins with it
}
