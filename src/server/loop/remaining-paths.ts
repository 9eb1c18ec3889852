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

/** With more keys than this in one part of a workflow; there the durations are shown. */
const MOST_WORKFLOW_KEYS = 2_000;

/**
 * The requests of one submission, each with the estimated seconds of the longest chain that begins with it: 0 where it
 * neither waits for another nor is waited for. Those of workflows get their durations too.
 */
export async function withPaths(context: LoopContext, requests: readonly NewWorkRequest[]): Promise<NewWorkRequest[]> {
  const dependents = requests.map((): number[] => []);
  for (const [index, { depends_on }] of requests.entries()) {
    for (const target of depends_on) if ("index" in target) dependents[target.index]!.push(index); // a position among them
  }
  const isLinked = (index: number) =>
    requests[index]!.depends_on.length > 0 || dependents[index]!.length > 0 || isPlanned(requests[index]!);
  const linked = requests.flatMap((_, index) => (isLinked(index) ? [index] : []));
  if (linked.length === 0) return [...requests];
  const durations = await durationsOf(
    context,
    linked.map((index) => requests[index]!),
  );
  const nodes = linked.map((index, position): PathNode => ({
    // only within this: positions stand for ids
    id: index as WorkRequestId,
    seconds: durations[position]?.p50 ?? UNKNOWN_SECONDS,
    dependents: dependents[index]! as WorkRequestId[],
  }));
  const paths = remainingPaths(nodes);
  const byIndex = new Map(linked.map((index, position) => [index, durations[position]]));
  return requests.map((request, index) => {
    const remaining_path = paths.get(index as WorkRequestId);
    const known = isPlanned(request) ? byIndex.get(index) : undefined;
    return {
      ...request,
      ...(remaining_path !== undefined && { remaining_path }),
      ...(known !== undefined && { duration_p50: known.p50, duration_p95: known.p95 }),
    };
  });
}

function isPlanned({ workflow_id }: NewWorkRequest): boolean {
  return workflow_id !== undefined;
}

type PredictedDuration = { p50: number; p95: number };
const NO_TIME: PredictedDuration = { p50: 0, p95: 0 };

/** The duration that history predicts for each, seconds; undefined: nothing is known. */
async function durationsOf(
  context: LoopContext,
  requests: readonly NewWorkRequest[],
): Promise<(PredictedDuration | undefined)[]> {
  const { read } = context.store;
  const workers = await read.workers();
  const byKey = new Map<string, Promise<PredictedDuration | undefined>>();
  const most = requests.some(isPlanned) ? MOST_WORKFLOW_KEYS : MOST_KEYS;
  const isByKey = new Set(requests.map((request) => textOf(request))).size <= most;
  const durationOf = async (key: HistoryKey): Promise<PredictedDuration | undefined> =>
    (await estimateFor(read, key, { workers, nowMs: context.clock.nowMs() })).duration;
  return Promise.all(
    requests.map(async ({ task_type, task_name, subject, context: circumstances }) => {
      if (task_type === "internal") return NO_TIME;
      const rest = isByKey ? { subject, context: circumstances } : { subject: "", context: "" };
      const key: HistoryKey = { task_type, task_name, ...rest };
      const found = byKey.get(textOf(key)) ?? durationOf(key);
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
