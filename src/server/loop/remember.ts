import type { Clock } from "../../domain/clock.ts";

/** Gives what was made for the same name less than `freshMs` ago, else makes it anew: for what is dear and changes slowly. */
export function remembering<Value>(
  clock: Pick<Clock, "monotonicMs">,
  freshMs: number,
): (name: string, make: () => Promise<Value>) => Promise<Value> {
  const known = new Map<string, { atMs: number; value: Promise<Value> }>();
  return (name, make) => {
    const atMs = clock.monotonicMs();
    const last = known.get(name);
    if (last !== undefined && atMs - last.atMs < freshMs) return last.value;
    const value = make();
    known.set(name, { atMs, value });
    // what failed is made again for the next reader
    value.catch(() => known.get(name)?.value === value && known.delete(name));
    return value;
  };
}
