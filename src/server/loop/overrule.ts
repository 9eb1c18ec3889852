import { AppError } from "../../contract/errors.ts";
import type { Timestamp } from "../../domain/clock.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import { DEFAULT_FAIL_ON, type Judgement, type Verdict, type VerdictKind } from "../../domain/verdict.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { isFatal } from "../../verdict/fatal.ts";
import type { StoreTransaction } from "../store/store.ts";
import { noteOverruled } from "./accuracy.ts";
import type { LoopContext } from "./context.ts";
import { openAsSaid } from "./findings.ts";

/**
 * A person says what an ended request means. What was said before is kept; later judgements of the key go by the person's
 * word. Dependents that were aborted stay so: `retry` makes them again. Throws `not-found` and `not-judged`.
 */
export function overruleVerdict(
  context: LoopContext,
  id: WorkRequestId,
  said: { kind: VerdictKind; note: string },
  by: string,
): Promise<WorkRequest> {
  return context.store.transaction(async (tx) => {
    const request = await tx.lockWorkRequest(id);
    if (request === undefined) throw new AppError("not-found", { what: "work request", id: `#${id}` });
    if (request.verdict === null) throw new AppError("not-judged", { id, status: request.status });
    const now = await tx.now();
    const verdict = overruled(request, request.verdict, said, by, now);
    await tx.updateWorkRequest(id, { verdict });
    await tx.setPersonVerdict(id, said.kind);
    await settleFindings(tx, request, verdict, now);
    const data = { from: request.verdict.kind, to: said.kind, note: said.note, by };
    await tx.appendEvents([{ kind: "judged", work_request_id: id, data }]);
    await noteOverruled(tx, request, data, now);
    return (await tx.lockWorkRequest(id))!; // it was locked above
  });
}

function overruled(
  request: WorkRequest,
  before: Verdict,
  { kind, note }: { kind: VerdictKind; note: string },
  by: string,
  at: Timestamp,
): Verdict {
  const {
    spent: _spent,
    overruled: _overruled,
    fingerprint: _mark,
    fail_on: _policy,
    first_error: _error,
    ...judgement
  } = before;
  const kept: Judgement = judgement;
  const { result } = request;
  const fail_on = before.fail_on ?? request.fail_on ?? DEFAULT_FAIL_ON;
  // a person who says that it is a regression knows that it has passed
  const fatal = isFatal({ kind, result, hasPassedBefore: true, fail_on });
  const because = `${by} says so: ${note}`;
  return { ...before, kind, fatal, because, confidence: 1, at, by, note, overruled: [kept, ...before.overruled] };
}

/** A finding of the failure that a person accepts is known; of one that is none, it is over; of one that is a regression, it is open. */
async function settleFindings(
  tx: StoreTransaction,
  request: WorkRequest,
  verdict: Verdict,
  now: Timestamp,
): Promise<void> {
  const { kind, fingerprint, by, note } = verdict;
  const { task_name, subject, context } = request;
  const key = { task_name, subject, context };
  const { items } = await tx.findings({ ...key, kind: "regression", state: "open" }, { limit: 10 });
  const alike = items.filter(({ fingerprint: found }) => found === (fingerprint ?? null));
  if (alike.length === 0 && kind === "regression" && request.result === "failure") {
    return openAsSaid(tx, request, verdict, now);
  }
  const state = kind === "known_failure" ? "known" : kind === "regression" ? "confirmed" : "fixed";
  for (const { id } of alike) await tx.updateFinding(id, { state, state_at: now, state_by: by, note });
}
