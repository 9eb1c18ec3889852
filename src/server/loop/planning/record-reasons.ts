import type { Timestamp } from "../../../domain/clock.ts";
import { epochMs } from "../../../domain/clock.ts";
import type { WorkRequestId } from "../../../domain/ids.ts";
import type { ReasonText } from "../../../schedule/decide/explain.ts";
import type { Planner } from "../../../schedule/planner.ts";
import type { StoreTransaction } from "../../store/store.ts";
import type { LoopContext } from "../context.ts";
import { inTurns } from "../in-turns.ts";

/** Of how many waiting requests, first in the order of service, the reasons are written down; `why` knows those of all. */
const RECORDED = 1_000;

/** A reason holds for this part of the time that was waited, or the change away from it is not written down. */
const LEAST_PART = 0.01;

/**
 * Writes down why requests wait, where that has changed. The record keeps the kinds of reasons over time, not each
 * change of a number in them.
 * @param isForNumbers also where only numbers have changed, as they do all the time: an expected start comes nearer
 * @returns how long it took to find them, milliseconds
 */
export async function recordReasons(
  context: LoopContext,
  planner: Planner,
  now: Timestamp,
  isForNumbers: boolean,
): Promise<number> {
  const pending = await context.store.read.pending(now, RECORDED);
  const steps = planner.reasonsSteps(
    pending.map(({ id }) => id),
    epochMs(now),
  );
  const begunMs = context.clock.monotonicMs();
  const reasons = await inTurns(steps, context.clock);
  const tookMs = context.clock.monotonicMs() - begunMs;
  const changed = pending.filter(({ id, waiting, pending_at }) => {
    const reason = reasons.get(id);
    if (reason === undefined || reason.code === "not_planned_yet") return false;
    if (waiting?.code !== reason.code) return waiting === null || isLongEnough(waiting.since, pending_at, now);
    return isForNumbers && waiting.message !== reason.message;
  });
  await write(
    context,
    changed.map(({ id }) => id),
    reasons,
    now,
  );
  return tookMs;
}

/**
 * A reason that changes to and fro is written down the less often the longer a request waits: the record grows with the
 * logarithm of the time.
 */
function isLongEnough(since: Timestamp, pendingAt: Timestamp | null, now: Timestamp): boolean {
  const waitedMs = epochMs(now) - epochMs(pendingAt ?? since);
  return epochMs(now) - epochMs(since) >= LEAST_PART * waitedMs || epochMs(since) <= epochMs(pendingAt ?? since);
}

/** Together, so that their commits are one. */
async function write(
  { store }: LoopContext,
  ids: readonly WorkRequestId[],
  reasons: ReadonlyMap<WorkRequestId, ReasonText>,
  now: Timestamp,
): Promise<void> {
  // only those that have a reason are written
  await Promise.all(ids.map((id) => store.transaction((tx) => writeReason(tx, id, reasons.get(id)!, now))));
}

async function writeReason(
  tx: StoreTransaction,
  id: WorkRequestId,
  { code, message }: ReasonText,
  now: Timestamp,
): Promise<void> {
  const current = await tx.lockWorkRequest(id);
  if (current?.status !== "pending") return;
  const isSame = current.waiting?.code === code;
  await tx.updateWorkRequest(id, { waiting: { code, message, since: isSame ? current.waiting!.since : now } });
  if (!isSame) await tx.appendEvents([{ kind: "waiting", work_request_id: id, data: { code, message } }]);
}
