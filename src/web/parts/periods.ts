import type { VNode } from "preact";
import { element as e } from "../element.ts";

/** Over how many days one may look back. */
export const PERIOD_DAYS = [7, 30, 90] as const;

/** Links to the same page over other spans of time; `addressOf` gives the page's for a number of days. */
export function periods(chosen: number, addressOf: (days: number) => string): VNode {
  return choices(
    PERIOD_DAYS.map((days) => ({ word: `${days} days`, href: addressOf(days), isChosen: days === chosen })),
  );
}

/** Links to other views of the same, of which one is chosen. */
export function choices(all: readonly { word: string; href: string; isChosen: boolean }[]): VNode {
  return e(
    "ul",
    { class: "chips" },
    ...all.map(({ word, href, isChosen }) =>
      e("li", {}, e("a", { href, "aria-current": isChosen ? "true" : undefined }, word)),
    ),
  );
}
