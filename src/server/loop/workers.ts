import { doneBy, type Actor } from "../../domain/act.ts";
import { AppError } from "../../contract/errors.ts";
import type { SyncRequest, WorkerSelf } from "../../contract/worker-protocol.ts";
import { epochMs, type Timestamp } from "../../domain/clock.ts";
import type { WorkerName } from "../../domain/ids.ts";
import type { Worker } from "../../domain/worker.ts";
import type { StoreTransaction, WorkerRow } from "../store/store.ts";
import type { LoopContext } from "./context.ts";
import { createToken } from "./tokens.ts";

/** A worker for people and for planning: its state follows from when it was last heard from. */
export function workerOf(row: WorkerRow, now: Timestamp, leaseMs: number): Worker {
  const { drain, wants_work, sequence: _sequence, resumed_at: _resumed, ...worker } = row;
  const isSilent = epochMs(now) - epochMs(row.last_seen_at) > leaseMs;
  return { ...worker, state: isSilent ? "offline" : drain || !wants_work ? "draining" : "online" };
}

const FRESH = { suspicion: null, resumed_at: null };

/** Makes a new worker of whoever holds a join token; the token is used up. */
export function joinWorker(
  context: LoopContext,
  joinTokenId: number,
  worker_name: WorkerName,
  self: WorkerSelf,
): Promise<{ worker_name: WorkerName; token: string }> {
  return context.store.transaction(async (tx) => {
    const now = await tx.now();
    const existing = await tx.worker(worker_name);
    if (existing !== undefined && isTaken(existing, now, context.settings.leaseMs))
      throw new AppError("worker-name-taken", { worker_name });
    if (!(await tx.deleteToken(joinTokenId))) throw new AppError("join-refused", { reason: "it was used already" });
    await tx.deleteTokensOfWorker(worker_name);
    const row = { drain: false, wants_work: true, joined_at: now, last_seen_at: now, sequence: 0, ...FRESH };
    await tx.upsertWorker({ ...self, ...row, worker_name });
    await tx.appendEvents([
      { kind: "worker_joined", worker_name, data: { capacity: self.capacity, token_id: joinTokenId } },
    ]);
    const { secret } = await createToken(tx, { name: worker_name, scope: "worker", worker_name, expires_at: null });
    return { worker_name, token: secret };
  });
}

/**
 * A name may be used again when its worker is silent (the machine was set up anew), or was never heard after it
 * had joined (it was killed before it could keep its token).
 */
function isTaken(existing: WorkerRow, now: Timestamp, leaseMs: number): boolean {
  return existing.last_seen_at > existing.joined_at && workerOf(existing, now, leaseMs).state !== "offline";
}

/**
 * Keeps what a worker tells of itself; says so as an event when something that people see has changed. Throws
 * `call-out-of-order` for a call that is not newer than one taken before: what it tells is of the past.
 */
export async function recordSelf(
  tx: StoreTransaction,
  worker_name: WorkerName,
  { self, wants_work, sequence }: Pick<SyncRequest, "self" | "wants_work" | "sequence">,
  now: Timestamp,
  leaseMs: number,
): Promise<void> {
  const row = await tx.lockWorker(worker_name);
  if (row === undefined) throw new AppError("not-found", { what: "worker", id: worker_name });
  if (sequence <= row.sequence) {
    throw new AppError("call-out-of-order", { worker_name, found: sequence, newest: row.sequence });
  }
  await tx.upsertWorker({ ...row, ...self, wants_work, sequence, last_seen_at: now });
  const wasSilent = epochMs(now) - epochMs(row.last_seen_at) > leaseMs;
  if (wasSilent || visiblePart(row) !== visiblePart(self) || row.wants_work !== wants_work) {
    await tx.appendEvents([{ kind: "worker_changed", worker_name, data: { capacity: self.capacity, wants_work } }]);
  }
}

function visiblePart(self: WorkerSelf): string {
  return JSON.stringify([self.capacity, self.tags, self.tasks, self.version]);
}

/** Drains or resumes a worker. */
export async function setDrain(
  context: LoopContext,
  worker_name: WorkerName,
  drain: boolean,
  by: Actor,
): Promise<Worker> {
  const row = await context.store.transaction(async (tx) => {
    if (!(await tx.setDrain(worker_name, drain))) throw new AppError("not-found", { what: "worker", id: worker_name });
    await tx.appendEvents([{ kind: "worker_changed", worker_name, data: { drain, ...doneBy(by) } }]);
    return { row: (await tx.worker(worker_name))!, now: await tx.now() }; // it was just changed, in this transaction
  });
  return workerOf(row.row, row.now, context.settings.leaseMs);
}

/** Forgets a worker that has no runs, and its token. */
export async function removeWorker(context: LoopContext, worker_name: WorkerName, by: Actor): Promise<void> {
  await context.store.transaction(async (tx) => {
    const { length: count } = await tx.activeRuns(worker_name);
    if (count > 0) throw new AppError("worker-has-runs", { worker_name, count });
    if (!(await tx.deleteWorker(worker_name))) throw new AppError("not-found", { what: "worker", id: worker_name });
    await tx.deleteTokensOfWorker(worker_name);
    await tx.appendEvents([{ kind: "worker_removed", worker_name, data: doneBy(by) }]);
  });
}
