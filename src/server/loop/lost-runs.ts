import { epochMs, timestamp, type Timestamp } from "../../domain/clock.ts";
import type { LeasedRun } from "../store/store.ts";
import type { LoopContext } from "./context.ts";
import { finishRun, type Ending } from "./finish-run.ts";

/** The end of a run whose worker is silent. */
export function lostEnding(run: LeasedRun, now: Timestamp): Ending {
  return {
    ended_at: now,
    outcome: { kind: "worker_lost" },
    runtime_statistics: {},
    outputs: run.outputs,
    log: run.log,
  };
}

/** Gives up the runs whose lease has run out; each in a transaction of its own. */
export async function giveUpExpiredRuns(context: LoopContext): Promise<void> {
  const { store } = context;
  for (const run of await store.read.expiredRuns(await store.read.now())) {
    await store.transaction(async (tx) => {
      const now = await tx.now();
      const current = await tx.run(run.id);
      const isExpired = current !== undefined && current.state !== "ended" && current.lease_expires_at <= now;
      if (isExpired) await finishRun(context, tx, current, lostEnding(current, now));
    });
    context.log.warn({ run_id: run.id, worker_name: run.worker_name }, "gave up a run: its worker is silent");
  }
}

/** A server that was away gives its workers the time of one lease to be heard again. */
export async function extendLeasesAfterStart(context: LoopContext): Promise<void> {
  await context.store.transaction(async (tx) => {
    await tx.extendAllLeases(timestamp(epochMs(await tx.now()) + context.settings.leaseMs));
  });
}
