import * as fc from "fast-check";
import type { AllocatedAmount } from "../../src/domain/allocation.ts";
import type { WorkRequestId, WorkerName } from "../../src/domain/ids.ts";
import type { Capacity } from "../../src/domain/worker.ts";
import type { FleetWorker } from "../../src/schedule/fleet/worker-slot.ts";
import type { WaitingRequest } from "../../src/schedule/planner.ts";
import { isRankedBefore, rankOf } from "../../src/schedule/rank.ts";
import { DEFAULT_POLICY } from "../../src/schedule/policy.ts";

export const GIB = 1024 ** 3;

/** Fleets and requests for tests: small amounts that meet often, so that every corner is hit. */

export function worker(name: string, capacity: Partial<Capacity> = {}, more: Partial<FleetWorker> = {}): FleetWorker {
  return {
    worker_name: name as WorkerName,
    state: "online",
    capacity: { memory: 16 * GIB, disk_space: 100 * GIB, cpu_count: 8, ...capacity },
    tags: [],
    tasks: { allow: [], deny: [] },
    ...more,
  };
}

export type RequestSpec = {
  id: number;
  memory?: number;
  disk_space?: number;
  cpu_count?: number;
  /** Seconds: limit and p95. */
  limit?: number;
  p95?: number;
  tags?: string[];
  task_name?: string;
  priority?: number;
  path?: number;
  pendingMs?: number;
  shares?: { key: string; max_share: number }[];
  probe_key?: string;
};

function amount(value: number): AllocatedAmount {
  return { amount: value, source: "request" };
}

export function request(spec: RequestSpec): WaitingRequest {
  const { id, priority = 0, path = 0, pendingMs = id } = spec;
  return {
    id: id as WorkRequestId,
    task_name: spec.task_name ?? "build",
    allocation: {
      memory: amount(spec.memory ?? GIB),
      disk_space: amount(spec.disk_space ?? GIB),
      cpu_count: amount(spec.cpu_count ?? 1),
      duration: amount(spec.limit ?? 3600),
      tags: spec.tags ?? [],
    },
    rank: rankOf({ id, priority, path, pendingMs }, DEFAULT_POLICY),
    ...(spec.p95 !== undefined && { p95: spec.p95 }),
    ...(spec.shares !== undefined && { shares: spec.shares }),
    ...(spec.probe_key !== undefined && { probe_key: spec.probe_key }),
  };
}

export const id = (value: number) => value as WorkRequestId;

export const arbitraryWorker = (name: string): fc.Arbitrary<FleetWorker> =>
  fc
    .record({
      memory: fc.constantFrom(4, 8, 16, 64),
      disk: fc.constantFrom(10, 100),
      cpus: fc.constantFrom(1, 2, 4, 16),
      tags: fc.subarray(["a", "b"]),
      allow: fc.constantFrom<string[]>([], ["build"], ["te*"]),
      slowness: fc.constantFrom(0.5, 1, 2),
    })
    .map(({ memory, disk, cpus, tags, allow, slowness }) =>
      worker(
        name,
        { memory: memory * GIB, disk_space: disk * GIB, cpu_count: cpus },
        { tags, tasks: { allow, deny: [] }, slowness },
      ),
    );

export const arbitraryFleet = fc
  .integer({ min: 1, max: 5 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => arbitraryWorker(`w${index}`))));

export const arbitraryRequest: fc.Arbitrary<Omit<RequestSpec, "id">> = fc.record(
  {
    memory: fc.constantFrom(0.5, 1, 3, 4, 12, 60).map((value) => value * GIB),
    disk_space: fc.constantFrom(1, 9, 60).map((value) => value * GIB),
    cpu_count: fc.constantFrom(0.1, 0.3, 1, 2, 4, 12),
    p95: fc.constantFrom(1, 10, 60, 600),
    limit: fc.constantFrom(10, 100, 1000),
    tags: fc.subarray(["a", "b"], { maxLength: 1 }),
    task_name: fc.constantFrom("build", "test"),
    priority: fc.integer({ min: -2, max: 2 }),
    path: fc.constantFrom(0, 0, 100),
    pendingMs: fc.integer({ min: 0, max: 10_000_000 }),
    shares: fc.subarray([
      { key: "token a", max_share: 0.3 },
      { key: "token b", max_share: 0.6 },
      { key: "workflow 1", max_share: 0.2 },
    ]),
    probe_key: fc.constantFrom("x", "y"),
  },
  { requiredKeys: [] },
);

export function byRank(requests: readonly WaitingRequest[]): WaitingRequest[] {
  return requests.toSorted((a, b) => (isRankedBefore(a.rank, b.rank) ? -1 : 1));
}
