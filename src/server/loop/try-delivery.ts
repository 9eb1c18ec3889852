import { doneBy, type Actor } from "../../domain/act.ts";
import { randomUUID } from "node:crypto";
import { AppError } from "../../contract/errors.ts";
import { parseAction, targetOf } from "../../contract/reactions.ts";
import type { Timestamp } from "../../domain/clock.ts";
import type { DeliveryTrial } from "../../domain/reaction.ts";
import type { ReactionPayload } from "../store/store.ts";
import type { LoopContext } from "./context.ts";

/**
 * Sends one test to an action, by the courier of all deliveries, so by the same rules and signed alike. It is not tried again, and
 * nothing is kept of it but that somebody did it. Throws `reaction-not-allowed`.
 */
export async function tryDelivery(
  { store, courier, clock }: LoopContext,
  action: string,
  by: Actor,
  signal: AbortSignal,
): Promise<DeliveryTrial> {
  const target = targetOf(action);
  const refused = courier.refusal(action, "administrator");
  if (refused !== undefined) throw new AppError("reaction-not-allowed", { path: "action", target, reason: refused });
  const sent_id = `test-${randomUUID()}`;
  const payload = testPayload(by.name, await store.read.now());
  const startedMs = clock.monotonicMs();
  const sent = await courier.send({ id: sent_id, action, payload, isTest: true }, signal);
  const duration_ms = Math.round(clock.monotonicMs() - startedMs);
  const state = sent.isOk ? "delivered" : "failed";
  const reason = sent.isOk ? null : signal.aborted ? "it was broken off" : sent.reason;
  await store.transaction((tx) =>
    tx.appendEvents([
      { kind: "delivery_tried", data: { target, state, ...(reason !== null && { reason }), ...doneBy(by) } },
    ]),
  );
  const { status = null, text: answer = "", isCut: is_answer_cut = false } = sent.heard ?? {};
  const is_signed = parseAction(action)?.kind === "webhook";
  return { target, state, reason, status, answer, is_answer_cut, duration_ms, is_signed, sent_id, payload };
}

/** In the form of a real one, so that who shows it shows something; its type is none that a program would act upon. */
function testPayload(by: string, timestamp: Timestamp): ReactionPayload {
  const work_request = {
    id: 0,
    name: null,
    task_type: "worker",
    task_name: "example",
    subject: "test-delivery",
    context: "",
    parameter_summary: null,
    worker_name: null,
    created_by: by,
    run_count: 1,
    created_at: timestamp,
    started_at: timestamp,
    completed_at: timestamp,
    result: "success",
    verdict: {
      kind: "passed",
      fatal: false,
      because: `this is a test that ${by} sent: there is no such work request`,
      evidence: [],
      confidence: 1,
    },
    output_data: { runtime_statistics: {} },
  };
  return { type: "test", timestamp, data: { work_request } };
}
