import type { WorkRequestId } from "../../domain/ids.ts";
import type { Capacity } from "../../domain/worker.ts";
import { timestamp } from "../../domain/clock.ts";
import type { FleetWorker } from "../../schedule/fleet/worker-slot.ts";
import type { Assignment, WaitingRequest } from "../../schedule/planner.ts";
import { isRankedBefore } from "../../schedule/rank.ts";
import { addTo, holds } from "../../schedule/room.ts";
import type { Scheduler } from "./policy.ts";

/** First come, first served: the first in order waits until a worker has room, and all others behind it. First fit. */
export class FirstComeFirstServed implements Scheduler {
  readonly #workers = new Map<string, { worker: FleetWorker; room: Capacity }>();
  readonly #queue: WaitingRequest[] = [];
  readonly #runs = new Map<WorkRequestId, { room: Capacity; amounts: Capacity }>();

  setWorker(worker: FleetWorker): void {
    if (this.#workers.has(worker.worker_name)) return;
    this.#workers.set(worker.worker_name, { worker, room: { ...worker.capacity } });
  }

  addRequest(request: WaitingRequest): void {
    let position = this.#queue.length;
    // ends at the front at the latest; what comes anew is last, or near the front when it is tried again
    while (position > 0 && isRankedBefore(request.rank, this.#queue[position - 1]!.rank)) position -= 1;
    this.#queue.splice(position, 0, request);
  }

  removeRequest(id: WorkRequestId): void {
    const position = this.#queue.findIndex((request) => request.id === id);
    if (position >= 0) this.#queue.splice(position, 1);
  }

  endRun(id: WorkRequestId): void {
    const run = this.#runs.get(id);
    if (run === undefined) return;
    this.#runs.delete(id);
    addTo(run.room, run.amounts, 1);
  }

  changeRun(id: WorkRequestId, amounts: Capacity): void {
    const run = this.#runs.get(id);
    if (run === undefined) return;
    addTo(run.room, run.amounts, 1);
    addTo(run.room, amounts, -1);
    run.amounts = amounts;
  }

  decide(nowMs: number): Assignment[] {
    const assignments: Assignment[] = [];
    // ends when the first finds no room
    for (let first = this.#queue[0]; first !== undefined; first = this.#queue[0]) {
      const { memory, disk_space, cpu_count } = first.allocation;
      const amounts = { memory: memory.amount, disk_space: disk_space.amount, cpu_count: cpu_count.amount };
      const found = [...this.#workers.values()].find(({ room }) => holds(room, amounts));
      if (found === undefined) break;
      this.#queue.shift();
      addTo(found.room, amounts, -1);
      this.#runs.set(first.id, { room: found.room, amounts });
      assignments.push(assignmentOf(first.id, found.worker, nowMs));
    }
    return assignments;
  }

  wakeAtMs(): number {
    return Infinity;
  }
}

function assignmentOf(id: WorkRequestId, { worker_name }: FleetWorker, nowMs: number): Assignment {
  const rule = "first come, first served";
  const placement = { at: timestamp(nowMs), worker_name, rule, candidates: [], candidate_count: 0 };
  return { id, placement, expectedEndMs: Infinity };
}
