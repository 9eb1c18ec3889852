import type { VNode } from "preact";
import { element as e } from "../element.ts";

/** A link to another view of the same. */
export type Choice = { word: string; href: string; isChosen: boolean };

/** Links to other views of the same, of which one is chosen at most. */
export function choices(all: readonly Choice[]): VNode {
  return e(
    "ul",
    { class: "chips" },
    ...all.map(({ word, href, isChosen }) =>
      e("li", {}, e("a", { href, "aria-current": isChosen ? "true" : undefined }, word)),
    ),
  );
}
