import type { Timestamp } from "../../domain/clock.ts";
import type { WorkerName } from "../../domain/ids.ts";
import type { Run } from "../../domain/run.ts";
import { isOwnFailure } from "../../verdict/past.ts";
import { suspectWorker } from "../../verdict/suspect-worker.ts";
import type { StoreTransaction } from "../store/store.ts";
import type { LoopContext } from "./context.ts";
import { workerOf } from "./workers.ts";

/** How many of a worker's newest runs are looked at. */
const RECENT_RUNS = 20;

/**
 * A request has failed and then passed on another worker: names those on which it failed, if they fail whatever passes elsewhere,
 * and drains them where the policy says so. `resume` takes both away, and what failed before does not count any more.
 */
export async function suspectWorkers(
  context: LoopContext,
  tx: StoreTransaction,
  runs: readonly Run[],
  now: Timestamp,
): Promise<void> {
  const passedOn = runs.at(-1)?.worker_name;
  const failed = runs.filter(({ outcome }) => outcome !== null && isOwnFailure(outcome));
  for (const worker_name of new Set(failed.map((run) => run.worker_name))) {
    if (worker_name !== passedOn) await suspect(context, tx, { worker_name, passedOn }, now);
  }
}

async function suspect(
  { settings }: LoopContext,
  tx: StoreTransaction,
  { worker_name, passedOn }: { worker_name: WorkerName; passedOn: WorkerName | undefined },
  now: Timestamp,
): Promise<void> {
  const worker = await tx.worker(worker_name);
  if (worker === undefined || worker.drain) return;
  const doubt = suspectWorker(await tx.recentRunsOn(worker, RECENT_RUNS));
  if (doubt === undefined) return;
  const other = passedOn === undefined ? undefined : await tx.worker(passedOn);
  // somebody must be left to do the work
  const isOtherThere = other !== undefined && workerOf(other, now, settings.leaseMs).state === "online";
  const isDrained = settings.drainSuspects && doubt.isStrong && isOtherThere;
  if (worker.suspicion !== null && !isDrained) return;
  const because = isDrained ? `drained: ${doubt.because}` : doubt.because;
  const suspicion = { since: worker.suspicion?.since ?? now, because, evidence: doubt.evidence };
  if (isDrained) await tx.setDrain(worker_name, true);
  await tx.setSuspicion(worker_name, suspicion);
  await tx.appendEvents([
    { kind: "worker_changed", worker_name, data: { suspicion, ...(isDrained && { drain: true }) } },
  ]);
}
