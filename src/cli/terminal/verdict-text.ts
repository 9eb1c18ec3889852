import type { Verdict } from "../../domain/verdict.ts";
import type { WorkRequest } from "../../domain/work-request.ts";

/** `regression 0.97`, `known failure`; what is certain says no number. */
export function verdictText({ kind, confidence }: Pick<Verdict, "kind" | "confidence">): string {
  const word = kind.replaceAll("_", " ");
  return confidence >= 0.995 ? word : `${word} ${confidence.toFixed(2)}`;
}

/** True where the verdict says more than the result does. */
export function isWorthSaying(request: Pick<WorkRequest, "verdict" | "status">): boolean {
  return request.status === "completed" && request.verdict !== null && request.verdict.kind !== "passed";
}
