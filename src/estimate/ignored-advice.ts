import type { Advice, AdviceKey, IgnoredAdvice } from "../domain/advice.ts";

/** Amounts that are further apart than this, one in times of the other, are not the advice that was ignored. */
const ANOTHER = 1.25;

/** Whether they are about the same: task, subject, context and resource. */
export function isOfSame(one: AdviceKey, other: AdviceKey): boolean {
  return (["task_type", "task_name", "subject", "context", "resource"] as const).every(
    (part) => one[part] === other[part],
  );
}

/**
 * Whether an advice is still the one that a person ignored: of the same, with amounts within a quarter of what they were
 * then, both what is asked and what would be enough.
 */
export function isStillIgnored(advice: AdviceKey & Pick<Advice, "asked" | "enough">, ignored: IgnoredAdvice): boolean {
  return isOfSame(advice, ignored) && isNear(advice.asked, ignored.asked) && isNear(advice.enough, ignored.enough);
}

function isNear(one: number, other: number): boolean {
  return Math.max(one, other) <= Math.min(one, other) * ANOTHER;
}
