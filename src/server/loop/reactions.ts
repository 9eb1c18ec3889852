import type { Timestamp } from "../../domain/clock.ts";
import type { Finding } from "../../domain/finding.ts";
import type { OutputData } from "../../domain/output-data.ts";
import type { ReactionKind, Reactions } from "../../domain/reaction.ts";
import type { Verdict } from "../../domain/verdict.ts";
import type { Result, WorkRequest } from "../../domain/work-request.ts";
import type { NewDelivery, ReactionPayload, StoreTransaction } from "../store/store.ts";
import { reactionsOf } from "./policy.ts";

/*
 * What is to be told to whom. It is written into the outbox in the transaction that brings it about, so that nothing is told
 * that has not happened, and nothing is forgotten; `deliveries.ts` sends it.
 */

type End = { result: Result; output_data: OutputData; verdict: Verdict };

/** Puts what is to be told of a request that has ended into the outbox. */
export async function react(tx: StoreTransaction, request: WorkRequest, end: End, now: Timestamp): Promise<void> {
  const reactions = reactionsOf(await tx.layers(), request, request.reactions);
  const about = { work_request_id: request.id, finding_id: null };
  await enqueue(tx, reactions, kindsOf(end), about, (kind) =>
    payload(kind, now, { work_request: factsOf(request, end, now) }),
  );
}

/** Puts what is to be told of a finding of drift into the outbox; `said`: by the request of its newest run, or its task. */
export async function reactToDrift(
  tx: StoreTransaction,
  finding: Finding,
  said: Reactions,
  now: Timestamp,
): Promise<void> {
  const reactions = reactionsOf(await tx.layers(), finding, said);
  const kind = finding.state === "fixed" ? "on_fixed" : "on_drift";
  const about = { work_request_id: null, finding_id: finding.id };
  await enqueue(tx, reactions, [kind], about, () => payload(kind, now, { finding }));
}

/** Which reactions an end calls for, the more telling ones first. */
function kindsOf({ result, verdict }: End): ReactionKind[] {
  const hasSucceeded = result === "success" || result === "skipped";
  if (verdict.kind === "fixed") return ["on_fixed", "on_success"];
  if (verdict.kind === "regression") return ["on_regression", "on_failure"];
  return [hasSucceeded ? "on_success" : "on_failure"];
}

async function enqueue(
  tx: StoreTransaction,
  reactions: Reactions,
  kinds: readonly ReactionKind[],
  about: Pick<NewDelivery, "work_request_id" | "finding_id">,
  payloadOf: (kind: ReactionKind) => ReactionPayload,
): Promise<void> {
  // who is to be told of a regression and of each failure is told once
  const told = new Set<string>();
  const deliveries = kinds.flatMap((reaction) =>
    (reactions[reaction] ?? []).flatMap((action): NewDelivery[] => {
      if (told.has(action)) return [];
      told.add(action);
      return [{ ...about, reaction, action, payload: payloadOf(reaction) }];
    }),
  );
  if (deliveries.length > 0) await tx.insertDeliveries(deliveries);
}

/** In the form of Standard Webhooks: what happened, when, and to what. */
function payload(type: ReactionKind, timestamp: Timestamp, data: Record<string, unknown>): ReactionPayload {
  return { type, timestamp, data };
}

/** What receivers are told of a request: what it was, and what became of it. Not its task data, which may hold secrets. */
function factsOf(request: WorkRequest, { result, output_data, verdict }: End, completed_at: Timestamp) {
  const { id, name, task_type, task_name, subject, context, parameter_summary, worker_name } = request;
  const { created_by, created_at, started_at, run_count } = request;
  const { overruled: _, ...judgement } = verdict;
  const key = { task_type, task_name, subject, context };
  const times = { created_at, started_at, completed_at };
  const end = { result, verdict: judgement, output_data };
  return { id, name, ...key, parameter_summary, worker_name, created_by, run_count, ...times, ...end };
}
