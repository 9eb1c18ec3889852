import { AppError } from "../../contract/errors.ts";
import type { Timestamp } from "../../domain/clock.ts";
import type { Finding, FindingKind, FindingState } from "../../domain/finding.ts";
import type { RunId } from "../../domain/ids.ts";
import type { HistoryKey } from "../../domain/task.ts";
import type { Verdict } from "../../domain/verdict.ts";
import type { Result, WorkRequest } from "../../domain/work-request.ts";
import type { FindingFilter, FindingPatch, NewFinding, StoreTransaction } from "../store/store.ts";
import type { LoopContext } from "./context.ts";

/*
 * Findings are what stays of verdicts and of drift: one for each thing that is wrong, however many requests show it.
 */

/** Opens, confirms or closes the finding that a verdict is about, in the transaction that gives the verdict. */
export async function recordFinding(
  tx: StoreTransaction,
  request: WorkRequest,
  { verdict, result }: { verdict: Verdict; result: Result },
  now: Timestamp,
): Promise<void> {
  if (request.task_type === "workflow") return undefined; // its requests have told theirs
  switch (verdict.kind) {
    case "regression":
    case "known_failure":
      return seen(tx, "regression", request, verdict, now);
    case "infrastructure":
      // a failure of the work that is not its fault: the farm's. Errors are of one request, and told there
      return result === "failure" ? seen(tx, "farm", request, verdict, now) : undefined;
    case "fixed":
    case "flaky":
      return result === "success" ? over(tx, request, now) : undefined;
    default:
      return undefined;
  }
}

async function seen(
  tx: StoreTransaction,
  kind: "regression" | "farm",
  request: WorkRequest,
  verdict: Verdict,
  now: Timestamp,
): Promise<void> {
  const [run = null] = verdict.evidence;
  const open = await openFinding(tx, kind, request, verdict);
  if (open !== undefined) return seenAgain(tx, open, run, now);
  if (verdict.kind === "known_failure") return; // of before findings were kept
  const opened = await openNew(tx, {
    ...newFinding(kind, request, now),
    because: verdict.because,
    confidence: verdict.confidence,
    fingerprint: verdict.fingerprint ?? null,
    first_error: verdict.first_error ?? null,
    first_run_id: run,
    last_run_id: run,
  });
  if (opened !== undefined) return;
  // another transaction has just opened it
  const theirs = await openFinding(tx, kind, request, verdict);
  if (theirs !== undefined) await seenAgain(tx, theirs, run, now);
}

function seenAgain(tx: StoreTransaction, open: Finding, run: RunId | null, now: Timestamp): Promise<void> {
  return tx.updateFinding(open.id, {
    last_run_id: run,
    last_seen_at: now,
    run_count: open.run_count + 1,
    ...(open.state === "new" && { state: "confirmed", state_at: now, state_by: null }),
  });
}

async function openFinding(
  tx: StoreTransaction,
  kind: FindingKind,
  key: HistoryKey,
  verdict: Verdict,
): Promise<Finding | undefined> {
  const filter: FindingFilter =
    kind === "farm"
      ? { fingerprint: verdict.fingerprint }
      : { task_name: key.task_name, subject: key.subject, context: key.context };
  const { items } = await tx.findings({ ...filter, kind, state: "open" }, { limit: 10 });
  const same = items.find((finding) => finding.fingerprint === (verdict.fingerprint ?? null));
  // a known failure may be told in other words; a regression with another mark is another thing
  return same ?? (verdict.kind === "regression" ? undefined : items[0]);
}

/** The key passes again: what was open of its failures is over. */
async function over(tx: StoreTransaction, request: WorkRequest, now: Timestamp): Promise<void> {
  const { task_name, subject, context } = request;
  const { items } = await tx.findings(
    { kind: "regression", state: "open", task_name, subject, context },
    { limit: 10 },
  );
  for (const { id } of items) await tx.updateFinding(id, { state: "fixed", state_at: now, state_by: null });
}

/** What every new finding has; the rest is of its kind. */
export function newFinding(kind: FindingKind, key: HistoryKey, now: Timestamp): NewFinding {
  const { task_type, task_name, subject, context } = key;
  return {
    kind,
    task_type,
    task_name,
    subject,
    context,
    state: "new",
    because: "",
    confidence: 1,
    before_amount: null,
    after_amount: null,
    level_since: null,
    fingerprint: null,
    first_error: null,
    first_run_id: null,
    last_run_id: null,
    run_count: 1,
    found_at: now,
    last_seen_at: now,
    state_at: now,
    state_by: null,
    note: null,
  };
}

/** Keeps a new finding, and says so; gives its number, undefined where the like is open already. */
export async function openNew(tx: StoreTransaction, finding: NewFinding): Promise<number | undefined> {
  const id = await tx.insertFinding(finding);
  if (id === undefined) return undefined;
  const { kind, task_name, subject, context, because } = finding;
  await tx.appendEvents([{ kind: "finding", data: { finding_id: id, kind, task_name, subject, context, because } }]);
  return id;
}

/** A person puts a finding into a state. Throws `not-found` for an id that does not exist. */
export function setFindingState(
  context: LoopContext,
  id: number,
  change: { state: FindingState; note?: string | undefined },
  by: string,
): Promise<Finding> {
  return context.store.transaction(async (tx) => {
    const finding = await tx.finding(id);
    if (finding === undefined) throw new AppError("not-found", { what: "finding", id: String(id) });
    await refuseSecondOpen(tx, finding, change.state);
    const now = await tx.now();
    const patch: FindingPatch = { state: change.state, state_at: now, state_by: by };
    await tx.updateFinding(id, { ...patch, ...(change.note !== undefined && { note: change.note }) });
    await tx.appendEvents([{ kind: "finding", data: { finding_id: id, state: change.state, by } }]);
    return (await tx.finding(id))!; // it was just changed, in this transaction
  });
}

/** What is over cannot be opened again while the like of it is open. */
async function refuseSecondOpen(tx: StoreTransaction, finding: Finding, state: FindingState): Promise<void> {
  if (finding.state !== "fixed" || state === "fixed") return;
  const { id, kind, task_type, task_name, subject, context, fingerprint } = finding;
  const key = kind === "farm" ? {} : { task_name, subject, context };
  const { items } = await tx.findings({ ...key, kind, state: "open" }, { limit: 100 });
  const like = items.find((other) => other.fingerprint === fingerprint && other.task_type === task_type);
  if (like !== undefined) throw new AppError("finding-open", { id, other: like.id });
}
