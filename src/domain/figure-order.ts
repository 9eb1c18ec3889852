/** An order, or with a minus the other way round. */
export type Sort<Order extends string> = Order | `-${Order}`;

/** By what rows stand in an order: a text, or a figure; null: not known. */
export type SortValue = string | number | null;

/** Every order and its reverse. */
export function sortsOf<Order extends string>(orders: readonly Order[]): readonly Sort<Order>[] {
  return orders.flatMap((order) => [order, `-${order}` as const]);
}

/** An order, and whether it is turned round. */
export function orderOf<Order extends string>(sort: Sort<Order>): { order: Order; isReversed: boolean } {
  const isReversed = sort.startsWith("-");
  return { order: (isReversed ? sort.slice(1) : sort) as Order, isReversed }; // as the type says
}

/** In an order: texts from the first on, of a figure what has most first; of equals by name. What is not known stands last, also the other way round. */
export function inFigureOrder<Item>(
  items: readonly Item[],
  isReversed: boolean,
  valueOf: (item: Item) => SortValue,
  nameOf: (item: Item) => string,
): Item[] {
  const sign = isReversed ? -1 : 1;
  return items
    .map((item) => ({ item, value: valueOf(item), name: nameOf(item) }))
    .sort((a, b) => {
      if (a.value === null || b.value === null)
        return Number(a.value === null) - Number(b.value === null) || byText(a.name, b.name);
      return sign * byValue(a.value, b.value) || byText(a.name, b.name);
    })
    .map(({ item }) => item);
}

function byValue(a: string | number, b: string | number): number {
  return typeof a === "number" && typeof b === "number" ? b - a : byText(String(a), String(b));
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
