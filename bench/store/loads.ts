import { runId, type RunId, type WorkRequestId } from "../../src/domain/ids.ts";
import type { Store, StoreTransaction } from "../../src/server/store/store.ts";
import type { HistoryKey } from "../../src/domain/task.ts";
import { ALLOCATION, importedEntry, KEY, newRequest, newRun } from "../../test/store/records.ts";

/* What a server does to its store, one transaction for each step. */

let count = 0;

/** One submission of so many requests, with its key, as the API takes it. */
export async function submit(store: Store, requests: number): Promise<WorkRequestId[]> {
  count += 1;
  const key = `bench-${process.pid}-${count}`;
  return store.transaction(async (tx) => {
    await tx.submission(key);
    const ids = await tx.insertWorkRequests(
      Array.from({ length: requests }, () => newRequest({ subject: `subject-${count % 100}` })),
      { created_by: "bench", key, body_hash: "hash" },
    );
    await tx.appendEvents(ids.map((id) => ({ kind: "created", work_request_id: id, data: {} })));
    return ids;
  });
}

/** Places a run of the request. */
export async function claim(store: Store, id: WorkRequestId): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.lockWorkRequest(id);
    await tx.insertRun(newRun(id));
    await tx.updateWorkRequest(id, { status: "running", run_count: 1, allocation: ALLOCATION });
    await tx.appendEvents([{ kind: "placed", work_request_id: id, run_id: runId(id, 1), data: {} }]);
  });
}

/** Takes the result of the request's run in (run, request, history, estimator's states), then trims the history. */
export async function complete(store: Store, id: WorkRequestId): Promise<void> {
  const key = await store.transaction((tx) => completeIn(tx, id, runId(id, 1)));
  await store.transaction((tx) => tx.trimHistory(key, { old_items_to_keep: 200 }));
}

async function completeIn(tx: StoreTransaction, id: WorkRequestId, run: RunId): Promise<HistoryKey> {
  const now = await tx.now();
  const request = await tx.lockWorkRequest(id);
  const outcome = { kind: "exited", code: 0 } as const;
  const runtime_statistics = { duration: 12, cpu_time: 10, memory: 1_000_000, disk_space: 5_000_000 };
  await tx.updateRun(run, "lease-1", { state: "ended", ended_at: now, outcome, runtime_statistics });
  await tx.updateWorkRequest(id, {
    status: "completed",
    result: "success",
    completed_at: now,
    output_data: { runtime_statistics },
  });
  const key = { ...KEY, subject: request?.subject ?? "" };
  await tx.insertHistory({ ...importedEntry({ ...key, completed_at: now, runtime_statistics }), run_id: run });
  const levels = [`key ${key.subject}`, `subject ${key.subject}`, "task"];
  await tx.estimateStates(levels);
  await tx.putEstimateStates(new Map(levels.map((level) => [level, { key, state: STATE }])));
  await tx.appendEvents([{ kind: "completed", work_request_id: id, run_id: run, data: {} }]);
  return key;
}

/** As large as a state that has seen its fill of runs. */
const STATE = {
  version: 1,
  runs: 48,
  kept: Array.from({ length: 48 }, (_, index) => ({ t: 1.7e12 + index, m: 1e9 + index, s: 12.5, d: 1e9 })),
};
