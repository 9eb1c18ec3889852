import type { Allocation } from "../../../domain/allocation.ts";
import type { FasterStep } from "../../../domain/workflow.ts";
import type { Timestamp } from "../../../domain/clock.ts";
import type { WorkRequest } from "../../../domain/work-request.ts";
import { fasterWorker } from "../../../schedule/faster-worker.ts";
import type { LoopContext } from "../context.ts";
import { knownSpeeds } from "../planning/speeds.ts";
import { workerOf } from "../workers.ts";
import type { WorkflowGraph } from "./nodes.ts";

/** Of the longest step of the chain that has not ended: where it would take less; undefined where nothing is known to. */
export async function fasterStep(
  context: LoopContext,
  { nodes, critical_path }: WorkflowGraph,
  now: Timestamp,
): Promise<FasterStep | undefined> {
  const { read } = context.store;
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const going = critical_path
    .flatMap(({ id }) => byId.get(id) ?? [])
    .filter(({ task_type, completed_at }) => task_type === "worker" && completed_at === null);
  const longest = going.toSorted((a, b) => (b.duration_p50 ?? 0) - (a.duration_p50 ?? 0))[0];
  if (longest?.duration_p50 == null) return undefined;
  const [request, rows, speeds] = await Promise.all([
    read.workRequest(longest.id),
    read.workers(),
    knownSpeeds(context),
  ]);
  if (request === undefined) return undefined;
  const rated = rows.flatMap((row) => {
    const slowness = speeds.of(row)?.factor;
    return slowness === undefined ? [] : [{ ...workerOf(row, now, context.settings.leaseMs), slowness }];
  });
  const there = longest.status === "running" ? rated.find((row) => row.worker_name === longest.worker_name) : undefined;
  const needs = { task_name: request.task_name, allocation: request.allocation ?? asked(request) };
  const found = fasterWorker(needs, longest.duration_p50, rated, there?.slowness ?? 1);
  if (found === undefined) return undefined;
  return { id: longest.id, name: longest.name, ...found, than: there?.worker_name ?? null };
}

/** Before it is worked out what a request gets: what it demands at least. */
function asked({ requirements }: WorkRequest): Allocation {
  const amount = (resource: "memory" | "disk_space" | "cpu_count" | "duration") => ({
    amount: requirements[resource] ?? requirements.min?.[resource] ?? 0,
    source: "request" as const,
  });
  return {
    memory: amount("memory"),
    disk_space: amount("disk_space"),
    cpu_count: amount("cpu_count"),
    duration: amount("duration"),
    tags: requirements.tags ?? [],
  };
}
