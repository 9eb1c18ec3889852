import type { AllocatedAmount } from "../../src/domain/allocation.ts";
import type { WorkRequestId, WorkerName } from "../../src/domain/ids.ts";
import type { Capacity } from "../../src/domain/worker.ts";
import type { FleetWorker } from "../../src/schedule/fleet/worker-slot.ts";
import type { WaitingRequest } from "../../src/schedule/planner.ts";
import { DEFAULT_POLICY } from "../../src/schedule/policy.ts";
import { rankOf } from "../../src/schedule/rank.ts";
import { normal, pick, type Random } from "../../src/simulate/random.ts";

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

/** Machines as farms have them: many small ones, a few large ones. */
const MODELS: { share: number; capacity: Capacity; tags: string[] }[] = [
  { share: 0.5, capacity: { memory: 16 * GIB, disk_space: 200 * GIB, cpu_count: 8 }, tags: [] },
  { share: 0.3, capacity: { memory: 64 * GIB, disk_space: 500 * GIB, cpu_count: 16 }, tags: ["fast-disk"] },
  { share: 0.15, capacity: { memory: 256 * GIB, disk_space: 2000 * GIB, cpu_count: 64 }, tags: ["fast-disk"] },
  { share: 0.05, capacity: { memory: 64 * GIB, disk_space: 500 * GIB, cpu_count: 16 }, tags: ["gpu"] },
];

/** So many workers of the models above. */
export function makeFleet(count: number): FleetWorker[] {
  const fleet: FleetWorker[] = [];
  for (const { share, capacity, tags } of MODELS) {
    for (let index = 0; index < Math.round(share * count); index += 1) {
      fleet.push({
        worker_name: `w${fleet.length}` as WorkerName, // has the form of one
        state: "online",
        capacity,
        tags,
        tasks: { allow: [], deny: [] },
      });
    }
  }
  return fleet;
}

/** What one kind of request needs; seconds. */
export type NeedsSpec = { task_name: string; amounts: Capacity; p50: number; sigma: number; tags: string[] };

/** So many needs, all different: memory and time spread over three orders of magnitude. */
export function makeNeeds(count: number, random: Random): NeedsSpec[] {
  return Array.from({ length: count }, (_, index) => {
    const memory = Math.min(200 * GIB, Math.max(64 * MIB, 2 * GIB * Math.exp(1.3 * normal(random))));
    return {
      task_name: `task${index % 50}`,
      amounts: {
        memory: Math.round(memory / MIB) * MIB + index * 4096, // so that no two are equal
        disk_space: Math.round(Math.exp(1.2 * normal(random)) * 4 * 1024) * MIB,
        cpu_count: pick(random, [0.5, 1, 1, 1, 2, 2, 4, 8]),
      },
      p50: 120 * Math.exp(1.2 * normal(random)),
      sigma: 0.1 + 0.4 * random(),
      tags: random() < 0.03 ? ["gpu"] : random() < 0.1 ? ["fast-disk"] : [],
    };
  });
}

function amount(value: number): AllocatedAmount {
  return { amount: value, source: "history" };
}

/** A request of one of the needs; a twentieth have a higher or a lower priority. */
export function makeRequest(id: number, needs: NeedsSpec, pendingMs: number, random: Random): WaitingRequest {
  const priority = random() < 0.95 ? 0 : pick(random, [-5, 1, 5]);
  const p95 = needs.p50 * Math.exp(1.645 * needs.sigma);
  return {
    id: id as WorkRequestId, // counted up from 1, as the database does
    task_name: needs.task_name,
    allocation: {
      memory: amount(needs.amounts.memory),
      disk_space: amount(needs.amounts.disk_space),
      cpu_count: amount(needs.amounts.cpu_count),
      duration: amount(Math.ceil(4 * p95)),
      tags: needs.tags,
    },
    rank: rankOf({ id, priority, path: 0, pendingMs }, DEFAULT_POLICY),
    p95,
  };
}

/** How long a run of these needs really takes, milliseconds. */
export function actualMs(needs: NeedsSpec, random: Random): number {
  return 1000 * needs.p50 * Math.exp(needs.sigma * normal(random));
}
