import { epochMs, timestamp } from "../../domain/clock.ts";
import type { WorkRequestError } from "../../domain/output-data.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import type { StoreTransaction } from "../store/store.ts";
import type { LoopContext } from "./context.ts";
import { retryLimitsFor } from "./layers.ts";

const LONGEST_DELAY_SECONDS = 60;

/**
 * Lets a pending request wait, because its task could not work out its data for now; false when that has happened as
 * often as the infrastructure budget allows. The pause doubles from a second to a minute.
 */
export async function setAside(
  context: LoopContext,
  tx: StoreTransaction,
  request: WorkRequest,
  errors: readonly WorkRequestError[],
): Promise<boolean> {
  const events = await tx.events(0, 1000, request.id);
  const spent = events.filter(({ kind, data }) => kind === "retried" && data["before"] === "dynamic_data").length;
  const limits = await retryLimitsFor(tx, context, request);
  if (spent >= limits.infrastructure) return false;
  const delay_seconds = Math.min(LONGEST_DELAY_SECONDS, 2 ** spent) * (0.5 + context.random() / 2);
  const now = await tx.now();
  await tx.updateWorkRequest(request.id, {
    waiting: { code: "backoff", message: `${errors[0]?.message ?? "its task failed"} It is tried again.`, since: now },
    not_before: timestamp(epochMs(now) + Math.round(delay_seconds * 1000)),
  });
  const data = { budget: "infrastructure", before: "dynamic_data", delay_seconds, errors };
  await tx.appendEvents([{ kind: "retried", work_request_id: request.id, data }]);
  return true;
}
