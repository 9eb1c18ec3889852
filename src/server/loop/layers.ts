import { doneBy, type Actor } from "../../domain/act.ts";
import { AppError } from "../../contract/errors.ts";
import { targetOf } from "../../contract/reactions.ts";
import type { Layer } from "../../domain/layer.ts";
import { REACTION_KINDS } from "../../domain/reaction.ts";
import type { HistoryKey } from "../../domain/task.ts";
import { RETRY_BUDGETS } from "../../domain/verdict.ts";
import { resolveLayers } from "../../estimate/layers.ts";
import type { RetryLimits } from "../../verdict/decide-retry.ts";
import type { NewLayer, StoreReader, StoreTransaction } from "../store/store.ts";
import type { LoopContext } from "./context.ts";

/** Sets one layer. What waits is worked out anew. */
export async function putLayer(context: LoopContext, given: Omit<NewLayer, "set_by">, by: Actor): Promise<Layer> {
  const layer = { ...given, set_by: by.name };
  refuseActions(context, layer);
  return context.store.transaction(async (tx) => {
    const kept = await tx.putLayer(layer);
    await layerChanged(tx, { set: kept.id, field: kept.field, ...doneBy(by) });
    return kept;
  });
}

/** Actions that this server does not carry out are refused, not kept for nothing. */
function refuseActions({ courier }: LoopContext, { field, value }: NewLayer): void {
  if (!REACTION_KINDS.some((kind) => kind === field) || !Array.isArray(value)) return;
  for (const text of value) {
    const reason = courier.refusal(text, "administrator");
    if (reason !== undefined)
      throw new AppError("reaction-not-allowed", { path: field, target: targetOf(text), reason });
  }
}

/** Removes a layer. What waits is worked out anew. */
export function removeLayer(context: LoopContext, id: number, by: Actor): Promise<void> {
  return context.store.transaction(async (tx) => {
    if (!(await tx.deleteLayer(id))) throw new AppError("not-found", { what: "layer", id });
    await layerChanged(tx, { removed: id, ...doneBy(by) });
  });
}

async function layerChanged(tx: StoreTransaction, data: Record<string, unknown>): Promise<void> {
  await tx.forgetAllAllocations();
  await tx.appendEvents([{ kind: "layer_changed", data }]);
}

/** How often a request is run again by itself: an override says so, else its task, else a default, else the settings. */
export async function retryLimitsFor(
  reader: StoreReader,
  { tasks, settings }: Pick<LoopContext, "tasks" | "settings">,
  key: HistoryKey,
): Promise<RetryLimits> {
  const resolved = resolveLayers(await reader.layers(), key);
  const own = tasks.configured(key)?.retries ?? {};
  const limits = { ...settings.retryLimits };
  for (const budget of RETRY_BUDGETS) {
    const found = resolved.find(({ field }) => field === `retries.${budget}`)?.layer;
    const layered = typeof found?.value === "number" ? found.value : undefined;
    const asked = found?.mode === "default" ? (own[budget] ?? layered) : (layered ?? own[budget]);
    limits[budget] = asked ?? limits[budget];
  }
  return limits;
}
