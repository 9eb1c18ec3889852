import type { ExpectedTimes } from "./work-request.ts";

/**
 * In which order requests that run are listed:
 * - `overdue`: what is late by most first, then what should end first;
 * - `finishing`: what should end first.
 */
export const GOING_ORDERS = ["overdue", "finishing"] as const;
export type GoingOrder = (typeof GOING_ORDERS)[number];

/** What runs in an order; what is not known to end at any time stands last, and of equals the one submitted first. */
export function inGoingOrder<Item>(
  items: readonly Item[],
  order: GoingOrder,
  of: (item: Item) => { id: number; expected: ExpectedTimes | undefined },
): Item[] {
  return items.toSorted((left, right) => {
    const [a, b] = [of(left), of(right)];
    const late = order === "overdue" ? lateness(b.expected) - lateness(a.expected) : 0;
    return late || byEnd(a.expected, b.expected) || a.id - b.id;
  });
}

function lateness(expected: ExpectedTimes | undefined): number {
  return expected?.overdue_seconds ?? 0;
}

function byEnd(a: ExpectedTimes | undefined, b: ExpectedTimes | undefined): number {
  const [first, second] = [a?.end?.p50, b?.end?.p50];
  if (first === undefined || second === undefined) return Number(first === undefined) - Number(second === undefined);
  return first < second ? -1 : first > second ? 1 : 0;
}
