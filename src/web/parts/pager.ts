import type { VNode } from "preact";
import { element as e } from "../element.ts";

/** A list that is shown part by part. */
type Pager = {
  /** The place in the list, as it was in the address; undefined on the first part. */
  from: string | undefined;
  /** Where the next part begins; null: nothing follows. */
  next: string | null;
  /** The address of the part that begins there; of the first one for undefined. */
  address: (from: string | undefined) => string;
  /** What it has parts of: `the list`. */
  of?: string;
  /** What leads to the first part, and to the next. */
  words?: readonly [first: string, next: string];
  /** True where the list is what the page is for: the key for what comes next goes on in it. */
  isMain?: boolean;
};

/** Links to the first part of a list and to the next one; nothing where all of it is shown. */
export function pager({
  from,
  next,
  address,
  of = "the list",
  words: [first, more] = ["Newest", "Older"],
  isMain = false,
}: Pager): VNode | null {
  if (from === undefined && next === null) return null;
  const link = (word: string, place: string | undefined, rel?: string) =>
    e("li", {}, e("a", { href: address(place), rel }, word));
  return e(
    "nav",
    { "aria-label": `Parts of ${of}` },
    e(
      "ul",
      {},
      from === undefined ? null : link(first, undefined),
      next === null ? null : link(more, next, isMain ? "next" : undefined),
    ),
  );
}
