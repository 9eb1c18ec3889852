import { RESOURCES, type Estimate } from "../../domain/allocation.ts";
import type { ListedEntry, PredictedAmounts } from "../../domain/history.ts";
import type { Page, StoreReader } from "../store/store.ts";

/** A page of history, newest first, with what was predicted of those runs whose requests are still kept. */
export async function listedHistory(
  read: StoreReader,
  ...query: Parameters<StoreReader["history"]>
): Promise<Page<ListedEntry>> {
  const { items, next_cursor } = await read.history(...query);
  const ids = items.flatMap(({ run_id }) => run_id ?? []);
  const runs = ids.length === 0 ? [] : await read.predictedRuns(ids);
  const predicted = new Map(runs.map(({ id, estimate }) => [id, amountsOf(estimate)]));
  const listed = items.map((entry): ListedEntry => {
    const amounts = entry.run_id === undefined ? undefined : predicted.get(entry.run_id);
    return amounts === undefined ? entry : { ...entry, predicted: amounts };
  });
  return { items: listed, next_cursor };
}

/** Without how it came about; undefined where nothing was predicted. */
function amountsOf(estimate: Estimate): PredictedAmounts | undefined {
  const amounts: PredictedAmounts = {};
  for (const resource of RESOURCES) {
    const found = estimate[resource];
    if (found === undefined) continue;
    const { p5, p50, p95 } = found;
    amounts[resource] = { ...(p5 !== undefined && { p5 }), p50, p95 };
  }
  return Object.keys(amounts).length === 0 ? undefined : amounts;
}
