import type { FailureMark } from "../domain/failure.ts";
import type { RunId } from "../domain/ids.ts";
import type { VerdictKind, VerdictLevel } from "../domain/verdict.ts";
import { assertNever } from "../domain/assert-never.ts";
import { outcomeText } from "../domain/outcome-text.ts";
import type { WorkRequestError } from "../domain/output-data.ts";
import type { Result } from "../domain/work-request.ts";
import { backgroundOf, chanceBroken, type Background, type Failed } from "./broken.ts";
import { countText, failuresText, idList, passedText, rateText } from "./because.ts";
import { isSameFailure } from "./fingerprint.ts";
import { hasFlaked } from "./flake-rate.ts";
import { isOwnFailure, requestsOf, type PastRequest, type PastRun } from "./past.ts";

/** What a verdict is worked out from. */
export type JudgeQuestion = {
  /** The request's runs that have ended, oldest first; none when it was never run. */
  runs: readonly PastRun[];
  /** The result that the request has, or would have if the last of its runs is the last. */
  result: Result;
  /** Why it was not run, or not set up. */
  errors: readonly WorkRequestError[];
  skip_reason?: string;
  /** Finished runs of others of the key, or of a coarser one, oldest first; not the request's own. */
  history: readonly PastRun[];
  level: VerdictLevel;
  /** Many different subjects fail as this one did: how many, and since when; see `farm.ts`. */
  farm?: { subjects: number; because: string };
};

/** What a finished, or failed, request means as far as is known now. */
export type Finding = {
  kind: VerdictKind;
  because: string;
  confidence: number;
  evidence: RunId[];
  level: VerdictLevel;
  hasPassedBefore: boolean;
  /** True: another run would tell more, and may pass. */
  isWorthAnotherRun: boolean;
};

/** A regression is called without another run only when it is as sure as this, and two runs have failed. */
const SURE = 0.995;
const RUNS_BEFORE_REGRESSION = 2;

/** From here on a break is the likelier reason of a failure. */
const LIKELY = 0.5;

/** A verdict that stands on the history of other contexts is not surer than this. */
const SURE_BY_COARSER = 0.8;

/** How many runs are named as evidence. */
const EVIDENCE = 20;

type Draft = Pick<Finding, "kind" | "because" | "confidence"> & { isWorthAnotherRun?: boolean; evidence?: RunId[] };

/** Says what a request means. Pure: the same question gives the same answer. */
export function judge(question: JudgeQuestion): Finding {
  const past = requestsOf(question.history);
  const draft = draftOf(question, past);
  const isCoarser = question.level !== "key" && question.level !== "none";
  return {
    kind: draft.kind,
    because: isCoarser && past.length > 0 ? `${draft.because} (${COARSER[question.level]})` : draft.because,
    confidence: isCoarser ? Math.min(draft.confidence, SURE_BY_COARSER) : draft.confidence,
    evidence: draft.evidence ?? evidenceOf(question.runs, past),
    level: past.length === 0 ? "none" : question.level,
    hasPassedBefore: past.some(({ hasPassed }) => hasPassed),
    isWorthAnotherRun: draft.isWorthAnotherRun ?? false,
  };
}

const COARSER: Record<VerdictLevel, string> = {
  key: "",
  none: "",
  subject: "judged by the same subject in other contexts, for its own has no history",
  task: "judged by the same task in other contexts, for its own has no history",
};

function draftOf(question: JudgeQuestion, past: readonly PastRequest[]): Draft {
  switch (question.result) {
    case "skipped":
      return {
        kind: "passed",
        because: `it needed no run: ${question.skip_reason ?? "it was skipped"}`,
        confidence: 1,
      };
    case "error":
      return errorDraft(question);
    case "success":
      return successDraft(question, past);
    case "failure":
      return failureDraft(question, past);
    default:
      return assertNever(question.result);
  }
}

function errorDraft({ runs, errors }: JudgeQuestion): Draft {
  const message = errors[0]?.message ?? "it could not be run";
  const lost = runs.filter(({ outcome }) => outcome.kind === "worker_lost").length;
  // nothing was ever tried, or what was given cannot work: running it again does not help
  if (runs.length === 0) return { kind: "misconfigured", because: `it was never run: ${message}`, confidence: 1 };
  const isSetUp = lost === 0 && errors.some(({ code }) => MISCONFIGURED.has(code));
  if (isSetUp) return { kind: "misconfigured", because: `it could not be started: ${message}`, confidence: 0.95 };
  return { kind: "infrastructure", because: `not the work's fault: ${message}`, confidence: 0.95 };
}

/** Errors of what was asked for, not of a worker. */
const MISCONFIGURED: ReadonlySet<string> = new Set([
  "configure-failed",
  "command-not-found",
  "invalid-task-data",
  "unknown-task",
  "dynamic-data-failed",
]);

function successDraft({ runs, level }: JudgeQuestion, past: readonly PastRequest[]): Draft {
  const failed = runs.filter(({ outcome }) => isOwnFailure(outcome));
  if (failed.length > 0) {
    const because = `${failuresText(failed)}, then it passed${onWorker(runs.at(-1))} with the same input`;
    return { kind: "flaky", because, confidence: 0.99 };
  }
  // whether something was mended is known of the key alone
  const streak = level === "key" ? openStreak(past) : [];
  if (streak.length > 0 && isBroken(past, streak)) {
    const because = `it passes; before, ${countText(streak.length, "request")} of its key failed in a row, from ${idList([streak[0]!])} on`; // not empty
    return { kind: "fixed", because, confidence: chanceBroken(backgroundOf(past), failedRuns(streak)) };
  }
  return { kind: "passed", because: "it did what it was asked", confidence: 1 };
}

function failureDraft(question: JudgeQuestion, past: readonly PastRequest[]): Draft {
  const last = question.runs.at(-1);
  // without a run only a person can have made a failure of it
  if (last === undefined) return { kind: "aborted", because: "it was not accepted", confidence: 1 };
  if (!isOwnFailure(last.outcome)) {
    return { kind: "over_limit", because: `it ${outcomeText(last.outcome)}; ${passedText(past)}`, confidence: 0.95 };
  }
  if (past.length === 0) {
    const because = "it failed, and there is no earlier run of its key to judge by";
    return { kind: "first_run", because, confidence: 0.5 };
  }
  if (!past.some(({ hasPassed }) => hasPassed)) {
    const because = `it failed, like all ${countText(past.length, "request")} of its key before`;
    return { kind: "never_passed", because, confidence: (past.length + 1) / (past.length + 2) };
  }
  return againstPasses(question, past, last);
}

/** A failure of something that has passed before. */
function againstPasses(question: JudgeQuestion, past: readonly PastRequest[], last: PastRun): Draft {
  const accepted = past.findLast(
    ({ person_verdict, failed }) => person_verdict === "known_failure" && failed.some(isLike(last)),
  );
  if (accepted !== undefined) {
    const because = `the same failure as ${idList([accepted])}, which a person has marked as known`;
    return { kind: "known_failure", because, confidence: 0.99, evidence: evidenceOf(question.runs, [accepted]) };
  }
  const streak = openStreak(past);
  if (streak.length > 0 && isBroken(past, streak)) {
    const alike = streak.filter(({ failed }) => failed.some(isLike(last)));
    if (alike.length > 0) return knownDraft(question, past, streak, alike);
  }
  return suspicionDraft(question, past, streak);
}

function knownDraft(
  question: JudgeQuestion,
  past: readonly PastRequest[],
  streak: readonly PastRequest[],
  alike: readonly PastRequest[],
): Draft {
  const own = question.runs.filter(({ outcome }) => isOwnFailure(outcome));
  return {
    kind: "known_failure",
    because: `the same failure as ${idList(alike)}; its key has failed ${countText(streak.length, "time")} in a row`,
    confidence: chanceBroken(backgroundOf(past), [...failedRuns(streak), ...own]),
    evidence: evidenceOf(question.runs, streak),
  };
}

/** A failure that is new: a break, or a flake. */
function suspicionDraft(
  { runs, farm }: JudgeQuestion,
  past: readonly PastRequest[],
  streak: readonly PastRequest[],
): Draft {
  const own = runs.filter(({ outcome }) => isOwnFailure(outcome));
  const background = backgroundOf(past);
  // another failure than that of a break before is a break of its own: what failed then does not count for it
  const chance = chanceBroken(background, isBroken(past, streak) ? own : [...failedRuns(streak), ...own]);
  if (farm !== undefined) return { kind: "infrastructure", because: farm.because, confidence: 0.9 };
  const isKnownToFlake = isLikeFlake(background, own);
  const record = `${passedText(past)}; ${failuresText(own)}${isKnownToFlake ? ", as in flakes before" : ""}; ${rateText(background.rate)}`;
  if (isLikelyBroken(background, chance)) {
    const isSure = chance >= SURE && own.length >= RUNS_BEFORE_REGRESSION;
    return { kind: "regression", because: record, confidence: chance, isWorthAnotherRun: !isSure };
  }
  return { kind: "flaky", because: record, confidence: 1 - chance, isWorthAnotherRun: true };
}

/** The requests that failed since the last one that passed. */
function openStreak(past: readonly PastRequest[]): PastRequest[] {
  const lastPassed = past.findLastIndex(({ hasPassed }) => hasPassed);
  return past.slice(lastPassed + 1).filter(({ person_verdict }) => person_verdict !== "flaky");
}

/** Where nothing has ever flaked, what has passed before should pass. */
function isLikelyBroken({ rate }: Background, chance: number): boolean {
  return chance >= LIKELY || !hasFlaked(rate);
}

/** True when the failures since the last pass were of something that was broken. */
function isBroken(past: readonly PastRequest[], streak: readonly PastRequest[]): boolean {
  if (streak.length === 0) return false;
  if (streak.some(({ person_verdict }) => person_verdict === "regression" || person_verdict === "known_failure"))
    return true;
  const before = backgroundOf(past.slice(0, past.length - streak.length));
  return isLikelyBroken(before, chanceBroken(before, failedRuns(streak)));
}

function failedRuns(requests: readonly PastRequest[]): Failed[] {
  return requests.flatMap(({ failed }) => failed);
}

/** Tests whether a run failed as this one did. What left no mark cannot be told apart. */
function isLike({ failure }: PastRun): (other: PastRun) => boolean {
  return (other) => failure === undefined || other.failure === undefined || isSameFailure(failure, other.failure);
}

function isLikeFlake({ flakes }: Background, own: readonly PastRun[]): boolean {
  const mark: FailureMark | undefined = own.at(-1)?.failure;
  return mark !== undefined && mark.lines.length > 0 && flakes.some((flake) => isSameFailure(flake, mark));
}

function evidenceOf(runs: readonly PastRun[], past: readonly PastRequest[]): RunId[] {
  const before = past.flatMap((request) => request.runs);
  const ids = [...before, ...runs].toReversed().flatMap(({ run_id }) => run_id ?? []);
  return ids.slice(0, EVIDENCE);
}

function onWorker(run: PastRun | undefined): string {
  return run?.worker_name === undefined ? "" : ` on ${run.worker_name}`;
}
