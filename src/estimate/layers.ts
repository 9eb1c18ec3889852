import { RESOURCES, type Requirements } from "../domain/allocation.ts";
import {
  LAYER_FIELDS,
  type Layer,
  type LayerField,
  type LayerMode,
  type LayerScope,
  type LayerValue,
} from "../domain/layer.ts";
import type { RequirementsBySource } from "./allocate.ts";

/** A request's task, subject and context, as layers see it. */
export type LayerKey = { task_name: string; subject: string; context: string };

/** The layer that decides a field, and those that would have, less particular or not allowed to, nearest first. */
export type ResolvedField = { field: LayerField; layer: Layer; beaten: Layer[] };

/**
 * Which layer decides each field, for one key. The more particular one wins: for all, by context and by task come
 * first, then by subject, then combinations; but an `override` is not beaten by a `default`, and a `lock` by nothing.
 */
export function resolveLayers(layers: readonly Layer[], key: LayerKey): ResolvedField[] {
  const holding = layers.filter((layer) => holds(layer, key));
  return LAYER_FIELDS.flatMap((field) => {
    const ofField = holding.filter((layer) => layer.field === field).sort((a, b) => rankOf(a) - rankOf(b));
    const winner = ofField.reduce<Layer | undefined>(stronger, undefined);
    if (winner === undefined) return [];
    return [{ field, layer: winner, beaten: ofField.filter((layer) => layer !== winner).toReversed() }];
  });
}

/** What the layers demand, by the source that it has in an allocation. */
export function layeredRequirements(resolved: readonly ResolvedField[]): RequirementsBySource {
  const of = (isWanted: (mode: LayerMode) => boolean) =>
    requirementsOf(resolved.filter(({ layer }) => isWanted(layer.mode)));
  return { override: of((mode) => mode !== "default"), default: of((mode) => mode === "default") };
}

/** How particular a scope is: a subject says more than a context, a context more than a task. 0: for all. */
export function rankOf({ task_name, subject, context }: LayerScope): number {
  return (task_name === null ? 0 : 1) + (context === null ? 0 : 2) + (subject === null ? 0 : 4);
}

function holds(layer: LayerScope, key: LayerKey): boolean {
  return (
    (layer.task_name === null || layer.task_name === key.task_name) &&
    (layer.subject === null || layer.subject === key.subject) &&
    (layer.context === null || layer.context === key.context)
  );
}

/** Of what holds so far and the next, more particular one: which holds then. */
function stronger(current: Layer | undefined, next: Layer): Layer {
  if (current === undefined) return next;
  if (current.mode === "lock") return current;
  return current.mode === "override" && next.mode === "default" ? current : next;
}

function requirementsOf(resolved: readonly ResolvedField[]): Requirements {
  const found = new Map<LayerField, LayerValue>(resolved.map(({ field, layer }) => [field, layer.value]));
  const requirements: Requirements = { min: {}, max: {} };
  for (const resource of RESOURCES) {
    const [exact, low, high] = [found.get(resource), found.get(`min.${resource}`), found.get(`max.${resource}`)];
    if (typeof exact === "number") requirements[resource] = exact;
    if (typeof low === "number") requirements.min = { ...requirements.min, [resource]: low };
    if (typeof high === "number") requirements.max = { ...requirements.max, [resource]: high };
  }
  const tags = found.get("tags");
  return Array.isArray(tags) ? { ...requirements, tags } : requirements;
}
