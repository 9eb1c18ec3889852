import type { AmountSource, Resource } from "../domain/allocation.ts";
import { ERRORS } from "../contract/errors.ts";
import type { Outcome } from "../domain/outcome.ts";

/** What a retry is charged to. */
export const RETRY_BUDGETS = ["infrastructure", "resource"] as const;
export type RetryBudget = (typeof RETRY_BUDGETS)[number];

/** How many automatic retries a request has of each kind. */
export type RetryLimits = Record<RetryBudget, number>;

export const DEFAULT_RETRY_LIMITS: RetryLimits = { infrastructure: 3, resource: 4 };

/** What may be done about a run that did not end by itself. */
export type RetryDecision =
  | { kind: "final" }
  /** Not the work's fault: the same again, after a while. */
  | { kind: "again"; budget: "infrastructure"; delaySeconds: number }
  /** It died of its limit: again, with more of the one resource. */
  | { kind: "grow"; budget: "resource"; resource: Resource };

/** What is asked of the policy. */
export type RetryQuestion = {
  outcome: Outcome;
  /** The outcomes of the request's earlier runs. */
  earlier: readonly Outcome[];
  /** Where the run's amounts came from: what a person demanded is never exceeded. */
  sources: Record<Resource, AmountSource>;
  limits: RetryLimits;
};

/** Decides, from the budgets, whether a request gets another run. Pure; back-off doubles from 1 s to 60 s. */
export function decideRetry(question: RetryQuestion): RetryDecision {
  const { outcome, earlier, limits } = question;
  if (isInfrastructure(outcome)) {
    const spent = earlier.filter(isInfrastructure).length;
    if (spent >= limits.infrastructure) return { kind: "final" };
    return { kind: "again", budget: "infrastructure", delaySeconds: Math.min(60, 2 ** spent) };
  }
  const resource = exhaustedResource(outcome);
  if (resource === undefined) return { kind: "final" };
  const spent = earlier.filter((past) => exhaustedResource(past) !== undefined).length;
  const isDemanded = ["request", "workflow"].includes(question.sources[resource]);
  return isDemanded || spent >= limits.resource ? { kind: "final" } : { kind: "grow", budget: "resource", resource };
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

function isInfrastructure(outcome: Outcome): boolean {
  if (outcome.kind === "worker_lost") return true;
  return outcome.kind === "start_failed" && outcome.errors.some((error) => isRetryable(error.code));
}

function isRetryable(code: string): boolean {
  const definition: { retryable: boolean } | undefined = Object.entries(ERRORS).find(([known]) => known === code)?.[1];
  return definition?.retryable === true;
}
