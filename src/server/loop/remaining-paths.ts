import type { WorkRequestId } from "../../domain/ids.ts";
import type { HistoryKey } from "../../domain/task.ts";
import { remainingPaths, type PathNode } from "../../schedule/path.ts";
import type { NewWorkRequest, StoreTransaction } from "../store/store.ts";
import type { LoopContext } from "./context.ts";
import { estimateFor } from "./estimates.ts";

/** What a request of unknown duration counts for, seconds: of chains of which nothing is known the longer goes first. */
const UNKNOWN_SECONDS = 60;
/** With more keys than this in one submission, tasks are estimated instead. */
const MOST_KEYS = 200;
/** Of how many existing requests one submission may lengthen the path. */
const MOST_LENGTHENED = 1_000;

/**
 * The requests of one submission, each with the estimated seconds of the longest chain that begins with it: 0 where it
 * neither waits for another nor is waited for.
 */
export async function withPaths(context: LoopContext, requests: readonly NewWorkRequest[]): Promise<NewWorkRequest[]> {
  const dependents = requests.map((): number[] => []);
  for (const [index, { depends_on }] of requests.entries()) {
    for (const target of depends_on) if ("index" in target) dependents[target.index]!.push(index); // a position among them
  }
  const isLinked = (index: number) => requests[index]!.depends_on.length > 0 || dependents[index]!.length > 0;
  const linked = requests.flatMap((_, index) => (isLinked(index) ? [index] : []));
  if (linked.length === 0) return [...requests];
  const seconds = await secondsOf(
    context,
    linked.map((index) => requests[index]!),
  );
  const nodes = linked.map((index, position): PathNode => ({
    // only within this: positions stand for ids
    id: index as WorkRequestId,
    seconds: seconds[position]!,
    dependents: dependents[index]! as WorkRequestId[],
  }));
  const paths = remainingPaths(nodes);
  return requests.map((request, index) => {
    const remaining_path = paths.get(index as WorkRequestId);
    return remaining_path === undefined ? request : { ...request, remaining_path };
  });
}

/** The median duration that history predicts for each. */
async function secondsOf(context: LoopContext, requests: readonly NewWorkRequest[]): Promise<number[]> {
  const { read } = context.store;
  const workers = await read.workers();
  const byKey = new Map<string, Promise<number>>();
  const isByKey = new Set(requests.map((request) => textOf(request))).size <= MOST_KEYS;
  const p50Of = async (key: HistoryKey): Promise<number> => {
    const estimate = await estimateFor(read, key, { workers, nowMs: context.clock.nowMs() });
    return estimate.duration?.p50 ?? UNKNOWN_SECONDS;
  };
  return Promise.all(
    requests.map(async ({ task_type, task_name, subject, context: circumstances }) => {
      if (task_type === "internal") return 0;
      const rest = isByKey ? { subject, context: circumstances } : { subject: "", context: "" };
      const key: HistoryKey = { task_type, task_name, ...rest };
      const found = byKey.get(textOf(key)) ?? p50Of(key);
      byKey.set(textOf(key), found);
      return found;
    }),
  );
}

function textOf({ task_type, task_name, subject, context }: HistoryKey): string {
  return JSON.stringify([task_type, task_name, subject, context]);
}

/**
 * Existing requests that new ones wait for begin longer chains now, and so do those that they wait for; gives those whose
 * path has become longer.
 */
export async function lengthenPaths(
  tx: StoreTransaction,
  requests: readonly NewWorkRequest[],
): Promise<WorkRequestId[]> {
  const behind = new Map<WorkRequestId, number>();
  const queue: WorkRequestId[] = [];
  const reach = (id: WorkRequestId, seconds: number): void => {
    if (seconds <= (behind.get(id) ?? -1)) return;
    behind.set(id, seconds);
    queue.push(id);
  };
  for (const { depends_on, remaining_path } of requests) {
    for (const target of depends_on) if ("id" in target) reach(target.id, remaining_path ?? 0);
  }
  const lengthened = new Set<WorkRequestId>();
  // ends: there are no cycles, and no more than so many are changed
  for (let id = queue.shift(); id !== undefined && lengthened.size < MOST_LENGTHENED; id = queue.shift()) {
    const [row] = await tx.planRows([id]);
    if (row === undefined || row.status === "completed" || row.status === "aborted") continue;
    const remaining_path = (row.duration_p50 ?? UNKNOWN_SECONDS) + behind.get(id)!; // reached with a value
    if (remaining_path <= row.remaining_path) continue;
    await tx.updateWorkRequest(id, { remaining_path });
    lengthened.add(id);
    for (const dependency of (await tx.workRequest(id))?.dependencies ?? []) reach(dependency, remaining_path);
  }
  return [...lengthened];
}
