import type { ImportedEntry } from "../../src/contract/history-entries.ts";
import type { Allocation } from "../../src/domain/allocation.ts";
import { runId, type RunId, type WorkRequestId, type WorkerName } from "../../src/domain/ids.ts";
import type { HistoryKey } from "../../src/domain/task.ts";
import type {
  NewHistoryEntry,
  NewRun,
  NewWorkRequest,
  Store,
  StoreTransaction,
  WorkerRow,
} from "../../src/server/store/store.ts";

/* Records to begin with; a test names only what it is about. */

export const KEY: HistoryKey = { task_type: "worker", task_name: "build", subject: "hello", context: "bookworm/amd64" };

export const ALLOCATION: Allocation = {
  memory: { amount: 2 ** 31, source: "default" },
  disk_space: { amount: 2 ** 32, source: "default" },
  cpu_count: { amount: 1, source: "request" },
  duration: { amount: 3600, source: "history", evidence: { level: "key", runs: 3, method: "ladder" } },
  tags: ["debian"],
};

export const WORKER = "builder-1" as WorkerName; // of the form that the brand stands for

export function newRequest(fields: Partial<NewWorkRequest> = {}): NewWorkRequest {
  return {
    ...KEY,
    name: "",
    status: "pending",
    task_data: { command: ["true"] },
    requirements: {},
    priority_base: 0,
    unblock_strategy: "deps",
    allow_failure: false,
    trusted: true,
    expire_after: null,
    supersedes: null,
    depends_on: [],
    ...fields,
  };
}

export function newRun(request: WorkRequestId, fields: Partial<NewRun> = {}): NewRun {
  const attempt = fields.attempt ?? 1;
  return {
    id: runId(request, attempt),
    work_request_id: request,
    attempt,
    worker_name: WORKER,
    cpu_model: "a cpu",
    allocation: ALLOCATION,
    estimate: {},
    inputs: [],
    placement: { at: at(0), worker_name: WORKER, rule: "the only one", candidates: [], candidate_count: 1 },
    lease_token: "lease-1",
    lease_expires_at: at(60),
    ...fields,
  };
}

export function newEntry(fields: Partial<NewHistoryEntry> = {}): NewHistoryEntry {
  return { ...importedEntry(), work_request_id: 1 as WorkRequestId, run_id: "1.1" as RunId, ...fields }; // as numbered first
}

export function importedEntry(fields: Partial<ImportedEntry> = {}): ImportedEntry {
  return {
    ...KEY,
    completed_at: at(0),
    result: "success",
    outcome: { kind: "exited", code: 0 },
    runtime_statistics: { duration: 12, memory: 1_000_000 },
    lower_bounds: [],
    trusted: true,
    ...fields,
  };
}

export function newWorker(fields: Partial<WorkerRow> = {}): WorkerRow {
  return {
    worker_name: WORKER,
    drain: false,
    wants_work: true,
    capacity: { memory: 2 ** 34, disk_space: 2 ** 40, cpu_count: 4 },
    available_memory: 2 ** 33,
    available_disk_space: null,
    tags: ["debian", "amd64"],
    tasks: { allow: [], deny: ["secret*"] },
    cpu_model: "a cpu",
    version: "0.1.0",
    measure_method: "cgroup1",
    joined_at: at(0),
    last_seen_at: at(0),
    sequence: 0,
    resumed_at: null,
    suspicion: null,
    ...fields,
  };
}

/** So many seconds after a certain moment. */
export function at(seconds: number): string {
  return new Date(Date.UTC(2030, 0, 1) + seconds * 1000).toISOString();
}

/** Inserts requests without a key, in a transaction of their own. */
export function insert(store: Store, ...requests: NewWorkRequest[]): Promise<WorkRequestId[]> {
  return store.transaction((tx) => insertIn(tx, ...requests));
}

export function insertIn(tx: StoreTransaction, ...requests: NewWorkRequest[]): Promise<WorkRequestId[]> {
  return tx.insertWorkRequests(requests, { created_by: "tester", body_hash: "-" });
}

/** One pending request with its run placed. */
export async function insertRunning(store: Store, fields: Partial<NewRun> = {}): Promise<RunId> {
  return store.transaction(async (tx) => {
    const [id] = await insertIn(tx, newRequest());
    const run = newRun(id!, fields); // one was inserted
    await tx.insertRun(run);
    await tx.updateWorkRequest(id!, { status: "running", run_count: 1, allocation: ALLOCATION }); // as above
    return run.id;
  });
}
