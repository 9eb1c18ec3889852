import type { AmountSource, Resource } from "../domain/allocation.ts";
import { ERRORS } from "../contract/errors.ts";
import type { Outcome } from "../domain/outcome.ts";
import { RETRY_BUDGETS, type RetryBudget } from "../domain/verdict.ts";
import { isOwnFailure } from "./past.ts";

/** How many automatic runs again a request has of each kind. */
export type RetryLimits = Record<RetryBudget, number>;

/** Five runs again tell a break from a flake also where one run in five fails by chance: `docs/verdicts.md`. */
export const DEFAULT_RETRY_LIMITS: RetryLimits = { infrastructure: 3, preemption: 10, resource: 4, flaky: 5 };

/** What is done about a run that did not end well. */
export type RetryDecision =
  | { kind: "final" }
  /** The same again, after a while; `flaky` on another worker where there is one. */
  | { kind: "again"; budget: Exclude<RetryBudget, "resource">; delaySeconds: number }
  /** It died of its limit: again at once, with more of the one resource. */
  | { kind: "grow"; budget: "resource"; resource: Resource };

/** What is asked of the policy. */
export type RetryQuestion = {
  outcome: Outcome;
  /** The outcomes of the request's earlier runs. */
  earlier: readonly Outcome[];
  /** Where the run's amounts came from: what a person demanded is never exceeded. */
  sources: Record<Resource, AmountSource>;
  limits: RetryLimits;
  /** True: the judge wants another run before it says what the failure means. */
  isWorthAnotherRun: boolean;
  /** Uniform in [0, 1): spreads the delays. */
  random: number;
};

/** Decides, from the budgets, whether a request gets another run. Pure. */
export function decideRetry(question: RetryQuestion): RetryDecision {
  const { outcome, earlier, limits } = question;
  const budget = budgetOf(outcome);
  if (budget === undefined) return { kind: "final" };
  const spent = earlier.filter((past) => budgetOf(past) === budget).length;
  if (spent >= limits[budget]) return { kind: "final" };
  if (budget === "resource") return growth(question);
  if (budget === "flaky" && !question.isWorthAnotherRun) return { kind: "final" };
  return { kind: "again", budget, delaySeconds: backOffSeconds(spent, question.random) };
}

function growth({ outcome, sources }: RetryQuestion): RetryDecision {
  const resource = exhaustedResource(outcome);
  if (resource === undefined || ["override", "request", "workflow"].includes(sources[resource]))
    return { kind: "final" };
  return { kind: "grow", budget: "resource", resource };
}

/** Of runs, seconds. */
const PAUSES = { first: 1, longest: 60 };

/**
 * The pause before another attempt: doubles from the first (of a run 1 s) to the longest (60 s), and is spread by half of it either
 * way, so that many that failed together do not come back together (M. Brooker, "Exponential Backoff and Jitter", AWS
 * Architecture Blog, 2015).
 */
export function backOffSeconds(spent: number, random: number, { first, longest } = PAUSES): number {
  const whole = Math.min(longest, first * 2 ** spent);
  return whole * (0.5 + random);
}

/** How many runs again these outcomes cost, by budget; `outcomes` are those of all runs of a request but its last. */
export function spentBudgets(outcomes: readonly Outcome[]): Partial<Record<RetryBudget, number>> {
  const counts = RETRY_BUDGETS.map((budget) => [
    budget,
    outcomes.filter((outcome) => budgetOf(outcome) === budget).length,
  ]);
  return Object.fromEntries(counts.filter(([, count]) => count !== 0)) as Partial<Record<RetryBudget, number>>; // made of the budgets
}

/** What another run after this outcome is charged to; undefined where there is none. */
export function budgetOf(outcome: Outcome): RetryBudget | undefined {
  if (outcome.kind === "worker_lost") return outcome.preempted === true ? "preemption" : "infrastructure";
  if (exhaustedResource(outcome) !== undefined) return "resource";
  if (isOwnFailure(outcome)) return "flaky";
  const isTransient = outcome.kind === "start_failed" && outcome.errors.some((error) => isRetryable(error.code));
  return isTransient ? "infrastructure" : undefined;
}

/** Which resource's limit ended the run; undefined when none did. */
export function exhaustedResource(outcome: Outcome): Resource | undefined {
  switch (outcome.kind) {
    case "out_of_memory":
      return "memory";
    case "out_of_disk":
      return "disk_space";
    case "timed_out":
      return "duration";
    default:
      return undefined;
  }
}

function isRetryable(code: string): boolean {
  const definition: { retryable: boolean } | undefined = Object.entries(ERRORS).find(([known]) => known === code)?.[1];
  return definition?.retryable === true;
}
