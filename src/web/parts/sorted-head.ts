import { orderOf, type Sort } from "../../domain/figure-order.ts";
import type { Head } from "./table.ts";

/** A column: its name, how its cells look, and by what it is sorted. */
export type SortedColumn<Order extends string> = { name: string; look?: string | undefined; order?: Order | undefined };

/** The head of a column that a click sorts by, and another turns round; `isText`: from the first on, not from the most on. */
export function sortedHead<Order extends string>(
  { name, look, order }: SortedColumn<Order>,
  chosen: Sort<Order>,
  isText: boolean,
  addressOf: (sort: Sort<Order>) => string,
): Head {
  if (order === undefined) return look === undefined ? name : { name, look };
  const now = orderOf(chosen);
  const isSorted = now.order === order;
  const sort: Sort<Order> = isSorted && !now.isReversed ? `-${order}` : order;
  const isAscending = isText !== now.isReversed;
  const sorted = isSorted ? ({ isSorted: isAscending ? "ascending" : "descending" } as const) : {};
  return { name, look: look ?? "", sorting: { href: addressOf(sort), ...sorted } };
}
