import type { Timestamp } from "../../domain/clock.ts";
import type { Run } from "../../domain/run.ts";
import { isOwnFailure } from "../../verdict/past.ts";
import { suspectWorker } from "../../verdict/suspect-worker.ts";
import type { StoreTransaction } from "../store/store.ts";

/** How many of a worker's newest runs are looked at. */
const RECENT_RUNS = 20;

/**
 * A request has failed and then passed on another worker: names those on which it failed, if they fail whatever passes elsewhere.
 * `resume` takes the suspicion away.
 */
export async function suspectWorkers(tx: StoreTransaction, runs: readonly Run[], now: Timestamp): Promise<void> {
  const passedOn = runs.at(-1)?.worker_name;
  const failed = runs.filter(({ outcome }) => outcome !== null && isOwnFailure(outcome));
  for (const worker_name of new Set(failed.map((run) => run.worker_name))) {
    if (worker_name === passedOn || (await tx.worker(worker_name))?.suspicion !== null) continue;
    const found = suspectWorker(await tx.recentRunsOn(worker_name, RECENT_RUNS));
    if (found === undefined) continue;
    const suspicion = { since: now, ...found };
    await tx.setSuspicion(worker_name, suspicion);
    await tx.appendEvents([{ kind: "worker_changed", worker_name, data: { suspicion } }]);
  }
}
