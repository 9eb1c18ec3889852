import type { StoreReader, StoreTransaction } from "../store.ts";
import { gathered } from "./gathered.ts";

/** Reads that many ask alike at the same moment: those of one turn of the event loop are answered by one. */
export function sharedReads(base: StoreReader) {
  const states = gathered(async (calls: readonly (readonly string[])[]) => {
    const all = await base.estimateStates([...new Set(calls.flat())]);
    return calls.map((keys) => new Map([...all].filter(([key]) => keys.includes(key))));
  });
  return {
    now: shared(() => base.now()),
    workers: shared(() => base.workers()),
    layers: shared(() => base.layers()),
    worker: shared((name: Parameters<StoreReader["worker"]>[0]) => base.worker(name)),
    runsInFlight: shared(({ task_type, task_name }: Parameters<StoreReader["runsInFlight"]>[0], limit: number) =>
      base.runsInFlight({ task_type, task_name }, limit),
    ),
    history: shared((...query: Parameters<StoreReader["history"]>) => base.history(...query)),
    lastEntry: shared((...query: Parameters<StoreReader["lastEntry"]>) => base.lastEntry(...query)),
    tokenByHash: shared((hash: string) => base.tokenByHash(hash)),
    estimateStates: (keys: readonly string[]) => states(keys),
  } satisfies Partial<StoreReader>;
}

/** As `sharedReads`, of what only a transaction can ask. */
export function sharedLooks(base: Pick<StoreTransaction, "holdsLead">) {
  return { holdsLead: shared((term: number) => base.holdsLead(term)) };
}

/** Calls with the same arguments get the same answer, which nobody may change. */
function shared<Arguments extends readonly unknown[], Output>(
  read: (...args: Arguments) => Promise<Output>,
): (...args: Arguments) => Promise<Output> {
  const one = gathered(async (calls: readonly Arguments[]) => {
    const asked = new Map<string, Promise<Output>>();
    return Promise.all(
      calls.map((args) => {
        const name = JSON.stringify(args);
        const known = asked.get(name) ?? read(...args);
        asked.set(name, known);
        return known;
      }),
    );
  });
  return (...args) => one(args);
}
