import type { Timestamp } from "../../domain/clock.ts";
import type { Finding, FindingKind } from "../../domain/finding.ts";
import { resultOf } from "../../domain/outcome.ts";
import { parseRunId, type RunId } from "../../domain/ids.ts";
import type { Run } from "../../domain/run.ts";
import type { HistoryKey } from "../../domain/task.ts";
import type { Verdict } from "../../domain/verdict.ts";
import type { Result, WorkRequest } from "../../domain/work-request.ts";
import { isSameFailure } from "../../verdict/fingerprint.ts";
import type { FindingFilter, NewFinding, StoreTransaction } from "../store/store.ts";
import { lastPassBefore } from "./failure-facts.ts";

/*
 * Findings are what stays of verdicts and of drift: one for each thing that is wrong, however many requests show it.
 */

/** How a request ended: what that means, and how many requests were not run because they depend on it. */
export type JudgedEnd = { verdict: Verdict; result: Result; stopped: number };

/** Opens, confirms or closes the finding that a verdict is about, in the transaction that gives the verdict. */
export async function recordFinding(
  tx: StoreTransaction,
  request: WorkRequest,
  { verdict, result, stopped }: JudgedEnd,
  now: Timestamp,
): Promise<void> {
  if (request.task_type === "workflow") return undefined; // its requests have told theirs
  switch (verdict.kind) {
    case "regression":
    case "known_failure":
      return seen(tx, "regression", request, { verdict, stopped }, now);
    case "infrastructure":
      // a failure of the work that is not its fault: the farm's. Errors are of one request, and told there
      return result === "failure" ? seen(tx, "farm", request, { verdict, stopped }, now) : undefined;
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
  { verdict, stopped }: Pick<JudgedEnd, "verdict" | "stopped">,
  now: Timestamp,
): Promise<void> {
  const [run = null] = verdict.evidence;
  const shown = { run, runs: runsOf(verdict), stopped };
  const open = await openFinding(tx, kind, request, verdict);
  if (open !== undefined) return seenAgain(tx, open, shown, now);
  if (verdict.kind === "known_failure") return; // of before findings were kept
  const opened = await openNew(tx, await findingOfVerdict(tx, kind, request, { verdict, stopped }, now));
  if (opened !== undefined) return;
  // another transaction has just opened it
  const theirs = await openFinding(tx, kind, request, verdict);
  if (theirs !== undefined) await seenAgain(tx, theirs, shown, now);
}

/** What is found when a verdict is the first to show it. */
async function findingOfVerdict(
  tx: StoreTransaction,
  kind: "regression" | "farm",
  request: WorkRequest,
  { verdict, stopped }: Pick<JudgedEnd, "verdict" | "stopped">,
  now: Timestamp,
): Promise<NewFinding> {
  const [newest = null] = verdict.evidence;
  return {
    ...newFinding(kind, request, now),
    because: verdict.because,
    confidence: verdict.confidence,
    fingerprint: verdict.fingerprint ?? null,
    first_error: verdict.first_error ?? null,
    first_run_id: await firstAlike(tx, request, newest),
    last_run_id: newest,
    run_count: runsOf(verdict),
    stopped_count: stopped,
  };
}

/** The run of a request that was the first to fail as its newest one did. */
async function firstAlike(tx: StoreTransaction, { id }: WorkRequest, newest: RunId | null): Promise<RunId | null> {
  const runs = await tx.runsOf(id);
  const mark = runs.find((run) => run.id === newest)?.failure ?? undefined;
  const isAlike = ({ outcome, failure }: Run) =>
    outcome !== null &&
    resultOf(outcome) === "failure" &&
    (mark === undefined || failure === null || isSameFailure(failure, mark));
  return runs.find(isAlike)?.id ?? newest;
}

/** How many runs of the request failed so: each but the last was tried again, as one that may have been a flake. */
function runsOf({ spent }: Verdict): number {
  return 1 + (spent.flaky ?? 0);
}

/**
 * A person says that a failure is a regression, and nothing that is open says so: what was found of it, and closed since, is open
 * again; else it is found now.
 */
export async function openAsSaid(
  tx: StoreTransaction,
  request: WorkRequest,
  verdict: Verdict,
  now: Timestamp,
): Promise<void> {
  const { task_name, subject, context, id } = request;
  const filter: FindingFilter = { kind: "regression", state: "fixed", task_name, subject, context };
  const { items } = await tx.findings(filter, { limit: 10 });
  const closed = items.find(({ last_run_id: run }) => run !== null && parseRunId(run)?.work_request_id === id);
  const said = { state: "confirmed", state_at: now, state_by: verdict.by, note: verdict.note } as const;
  if (closed !== undefined) return tx.updateFinding(closed.id, said);
  await openNew(tx, { ...(await findingOfVerdict(tx, "regression", request, { verdict, stopped: 0 }, now)), ...said });
}

/** What one more request has shown: its newest run, how many of its runs failed so, how many others it stopped. */
type Shown = { run: RunId | null; runs: number; stopped: number };

function seenAgain(tx: StoreTransaction, open: Finding, shown: Shown, now: Timestamp): Promise<void> {
  return tx.updateFinding(open.id, {
    last_run_id: shown.run,
    last_seen_at: now,
    run_count: open.run_count + shown.runs,
    request_count: open.request_count + 1,
    stopped_count: open.stopped_count + shown.stopped,
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

/** What every new finding has; the rest is of its kind, and where it began is worked out when it is opened. */
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
    first_request_by: null,
    last_pass: null,
    last_run_id: null,
    run_count: 1,
    request_count: 1,
    stopped_count: 0,
    found_at: now,
    last_seen_at: now,
    state_at: now,
    state_by: null,
    owner: null,
    note: null,
  };
}

/** Keeps a new finding, and says so; gives its number, undefined where the like is open already. */
export async function openNew(tx: StoreTransaction, finding: NewFinding): Promise<number | undefined> {
  const id = await tx.insertFinding({ ...finding, ...(await beginningOf(tx, finding.first_run_id)) });
  if (id === undefined) return undefined;
  const { kind, task_name, subject, context, because } = finding;
  await tx.appendEvents([{ kind: "finding", data: { finding_id: id, kind, task_name, subject, context, because } }]);
  return id;
}

/** Who sent the request in which it began, and what changed there: kept with the finding, which outlives requests. */
async function beginningOf(
  tx: StoreTransaction,
  first: RunId | null,
): Promise<Pick<Finding, "first_request_by" | "last_pass"> | undefined> {
  const id = first === null ? undefined : parseRunId(first)?.work_request_id;
  if (first === null || id === undefined) return undefined;
  const [request, run] = [await tx.workRequest(id), await tx.run(first)];
  if (request === undefined || run === undefined) return undefined;
  return { first_request_by: request.created_by, last_pass: await lastPassBefore(tx, { request, run }) };
}
