import type { Timestamp } from "../../domain/clock.ts";
import type { NotTaken, NotTakenReason } from "../../domain/not-taken.ts";
import type { Worker } from "../../domain/worker.ts";
import { obstacleFor } from "../../schedule/fit.ts";
import type { StoreReader } from "../store/store.ts";

/** So many are looked at, those first that are planned first. */
const LOOKED_AT = 200;

/** What waits that a worker cannot take, the commonest reason first. */
export async function cannotTake(read: StoreReader, worker: Worker, now: Timestamp): Promise<NotTaken> {
  const pending = await read.pending(now, LOOKED_AT);
  const reasons = new Map<string, NotTakenReason>();
  for (const { id, task_name, allocation } of pending) {
    if (allocation === null) continue; // none of those is read
    const candidate = obstacleFor({ task_name, allocation }, worker);
    if (candidate === undefined) continue;
    const { verdict, tag, resource, needed = 0 } = candidate;
    const name = JSON.stringify([verdict, tag, resource]);
    const known = reasons.get(name);
    if (known === undefined) reasons.set(name, { candidate, count: 1, first_id: id });
    else {
      known.count += 1;
      if (needed > (known.candidate.needed ?? 0)) known.candidate = candidate;
    }
  }
  return { looked: pending.length, reasons: [...reasons.values()].sort((a, b) => b.count - a.count) };
}
