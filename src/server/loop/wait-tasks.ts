import { AppError } from "../../contract/errors.ts";
import { assertNever } from "../../domain/assert-never.ts";
import { DAY_MS, epochMs, timestamp, type Timestamp } from "../../domain/clock.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import type { Confirmation } from "../../domain/output-data.ts";
import type { WaitingReason, WorkRequest } from "../../domain/work-request.ts";
import type { DynamicData } from "../../task/task-definition.ts";
import { waitOf, type Wait } from "../../task/wait.ts";
import type { StoreTransaction } from "../store/store.ts";
import type { LoopContext } from "./context.ts";
import { completeWithoutRun } from "./transitions.ts";

/** A request that waits for a person is looked at again so often, to no effect. */
const LOOK_AGAIN_MS = DAY_MS;

/**
 * Lets a pending request of a wait task wait, or ends it when its time has come. From what is stored alone, so that it
 * does not matter when it is called, how often, and by which server.
 */
export async function waitOrEnd(
  tx: StoreTransaction,
  request: WorkRequest,
  { parameter_summary }: DynamicData,
  now: Timestamp,
): Promise<void> {
  const wait = waitOf(request.task_name, request.task_data);
  const dueMs = dueMsOf(wait, request, now);
  if (dueMs <= epochMs(now)) return completeWithoutRun(tx, request, "success", { runtime_statistics: {} }, now);
  const reason = reasonOf(wait, request.id, dueMs);
  const isNews = request.waiting?.code !== reason.code;
  await tx.updateWorkRequest(request.id, {
    not_before: timestamp(dueMs),
    ...(parameter_summary !== undefined && { parameter_summary }),
    ...(isNews && { waiting: { ...reason, since: now } }),
  });
  if (isNews) await tx.appendEvents([{ kind: "waiting", work_request_id: request.id, data: { ...reason } }]);
  return undefined;
}

function dueMsOf(wait: Wait, request: WorkRequest, now: Timestamp): number {
  switch (wait.kind) {
    case "delay":
      return epochMs(request.pending_at ?? request.created_at) + wait.seconds * 1000;
    case "until":
      return epochMs(wait.at);
    case "confirm":
      return epochMs(now) + LOOK_AGAIN_MS;
    default:
      return assertNever(wait);
  }
}

function reasonOf(wait: Wait, id: WorkRequestId, dueMs: number): Omit<WaitingReason, "since"> {
  if (wait.kind !== "confirm") return { code: "delay", message: `it waits until ${timestamp(dueMs)}` };
  return { code: "confirmation", message: `it waits for a person (almanac confirm ${id}): ${wait.question}` };
}

/** Ends a request that waits for a person: as a success when it was accepted, else as a failure. */
export function confirmWorkRequest(
  context: LoopContext,
  id: WorkRequestId,
  answer: Omit<Confirmation, "at">,
): Promise<WorkRequest> {
  return context.store.transaction(async (tx) => {
    const request = await tx.lockWorkRequest(id);
    if (request === undefined) throw new AppError("not-found", { what: "work request", id: `#${id}` });
    const { task_type, task_name, status } = request;
    if (task_type !== "wait" || task_name !== "confirm" || status !== "pending") {
      throw new AppError("not-to-confirm", { id, status, task_name });
    }
    const now = await tx.now();
    const output = { runtime_statistics: {}, confirmation: { ...answer, at: now } };
    await completeWithoutRun(tx, request, answer.accepted ? "success" : "failure", output, now);
    return (await tx.lockWorkRequest(id)) ?? request;
  });
}
