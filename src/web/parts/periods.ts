import type { VNode } from "preact";
import { choices } from "./choices.ts";

/** Over how many days one may look back. */
export const PERIOD_DAYS = [7, 30, 90] as const;

/** Links to the same page over other spans of time; `addressOf` gives the page's for a number of days. */
export function periods(chosen: number, addressOf: (days: number) => string): VNode {
  return choices(
    PERIOD_DAYS.map((days) => ({ word: `${days} days`, href: addressOf(days), isChosen: days === chosen })),
  );
}
