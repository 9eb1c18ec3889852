import type { Timestamp } from "../../domain/clock.ts";
import { resultOf } from "../../domain/outcome.ts";
import type { WorkRequestError } from "../../domain/output-data.ts";
import type { Run } from "../../domain/run.ts";
import type { AbortRecord, Result, WorkRequest } from "../../domain/work-request.ts";
import { DEFAULT_FAIL_ON, type Verdict, type VerdictLevel } from "../../domain/verdict.ts";
import { failOnOf } from "./policy.ts";
import { spentBudgets } from "../../verdict/decide-retry.ts";
import { farmProblem } from "../../verdict/farm.ts";
import { isFatal } from "../../verdict/fatal.ts";
import { isTelling } from "../../verdict/fingerprint.ts";
import { judge, type Finding, type JudgeQuestion } from "../../verdict/judge.ts";
import type { PastRun } from "../../verdict/past.ts";
import type { JudgedKey, JudgedRun, StoreTransaction } from "../store/store.ts";

/** How many runs of a key are looked at. */
const HISTORY_RUNS = 200;

/** How many failures alike are looked at: enough to see that they are not new. */
const ALIKE_RUNS = 50;

/** What became of a request, as far as a verdict needs it. */
export type Ended = {
  result: Result;
  errors: readonly WorkRequestError[];
  skip_reason?: string;
  /** Its runs that have ended, oldest first. */
  runs: readonly Run[];
  /** As they are judged, where they were no runs on workers. */
  past?: readonly PastRun[];
};

/** Says what a request means, from its runs and the history of its key. */
export async function judgeRequest(
  tx: StoreTransaction,
  request: WorkRequest,
  ended: Ended,
  now: Timestamp,
): Promise<Finding> {
  const { history, level } = await historyFor(tx, request, ended);
  const question: JudgeQuestion = {
    runs: ended.past ?? ended.runs.map(pastRun),
    result: ended.result,
    errors: ended.errors,
    history,
    level,
    ...(ended.skip_reason !== undefined && { skip_reason: ended.skip_reason }),
  };
  const finding = judge(question);
  if (finding.kind !== "regression" && finding.kind !== "flaky") return finding;
  const farm = await farmFor(tx, request, ended.runs.at(-1), now);
  return farm === undefined ? finding : judge({ ...question, farm });
}

/** The verdict that a request is given. */
export async function verdictOf(
  reader: Pick<StoreTransaction, "layers">,
  request: WorkRequest,
  ended: Ended,
  finding: Finding,
  now: Timestamp,
): Promise<Verdict> {
  const { kind, because, confidence, evidence, level, hasPassedBefore } = finding;
  const hasSucceeded = ended.result === "success" || ended.result === "skipped";
  // no success is fatal, whatever layers say
  const fail_on = hasSucceeded ? DEFAULT_FAIL_ON : failOnOf(await reader.layers(), request);
  const outcomes = ended.runs.flatMap(({ outcome }) => outcome ?? []);
  const failure = ended.runs.at(-1)?.failure ?? undefined;
  return {
    kind,
    because,
    confidence,
    evidence,
    level,
    fatal: isFatal({ kind, result: ended.result, hasPassedBefore, fail_on }),
    at: now,
    by: null,
    note: null,
    spent: spentBudgets(outcomes.slice(0, -1)),
    ...(!hasSucceeded && { fail_on }),
    ...(failure !== undefined && { fingerprint: failure.fingerprint }),
    ...(failure?.first_error !== undefined && { first_error: failure.first_error }),
    overruled: [],
  };
}

/** The verdict of a request that somebody ended. */
export function abortedVerdict(aborted: AbortRecord): Verdict {
  const because = `aborted by ${aborted.by}${aborted.reason === undefined ? "" : `: ${aborted.reason}`}`;
  const { at } = aborted;
  const judgement = { kind: "aborted", fatal: true, because, confidence: 1, level: "none", at } as const;
  return { ...judgement, evidence: [], by: null, note: null, spent: {}, overruled: [] };
}

type Past = { history: readonly JudgedRun[]; level: VerdictLevel };

/** The runs to judge by: those of the key, else of its subject in any context; the request's own left out. */
async function historyFor(tx: StoreTransaction, request: WorkRequest, ended: Ended): Promise<Past> {
  const { task_type, task_name, subject, context } = request;
  const key = { task_type, task_name, subject, context };
  if (ended.result === "skipped" || (await followsSuccess(tx, key, ended))) return { history: [], level: "none" };
  const others = ({ work_request_id }: JudgedRun) => work_request_id !== request.id;
  const history = (await tx.judgedRuns(key, HISTORY_RUNS)).filter(others);
  if (history.some(saysSomething)) return { history, level: "key" };
  // only a failure is compared with other contexts: whether a success is the first is known of the key alone
  if (ended.result !== "failure" || context === "") return { history, level: "none" };
  const coarser = (await tx.judgedRuns({ task_type, task_name, subject }, HISTORY_RUNS)).filter(others);
  return { history: coarser, level: subject === "" ? "task" : "subject" };
}

/** A success on the first run after another, or after nothing, says nothing new: one row is read, not the history. */
async function followsSuccess(tx: StoreTransaction, key: JudgedKey, { result, runs }: Ended): Promise<boolean> {
  if (result !== "success" || runs.length > 1) return false;
  const [last] = await tx.judgedRuns(key, 1);
  return last === undefined || last.result === "success";
}

function saysSomething({ result }: JudgedRun): boolean {
  return result === "success" || result === "failure";
}

/** Whether others began to fail as this run did. */
async function farmFor(tx: StoreTransaction, request: WorkRequest, run: Run | undefined, now: Timestamp) {
  const failure = run?.failure ?? undefined;
  if (failure === undefined || !isTelling(failure)) return undefined;
  const others = await tx.failuresAlike(failure.fingerprint, ALIKE_RUNS);
  const { task_name, subject } = request;
  return farmProblem([{ task_name, subject, completed_at: now }, ...others]);
}

/** A run as judging sees it. */
function pastRun(run: Run): PastRun {
  const outcome = run.outcome!; // only ended runs are given
  return {
    work_request_id: run.work_request_id,
    run_id: run.id,
    outcome,
    result: resultOf(outcome) ?? "error",
    worker_name: run.worker_name,
    ...(run.failure !== null && { failure: run.failure }),
  };
}
