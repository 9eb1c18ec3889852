import type { Layer, LayerField } from "../../domain/layer.ts";
import { REACTION_KINDS, type Reactions } from "../../domain/reaction.ts";
import type { HistoryKey } from "../../domain/task.ts";
import { DEFAULT_FAIL_ON, type FailOn } from "../../domain/verdict.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { resolveLayers } from "../../estimate/layers.ts";

/*
 * What layers of the configuration make of what requests and tasks say: an override beats them, a default fills gaps.
 */

type Said = HistoryKey & Pick<WorkRequest, "fail_on">;

/** Which failures of a request count. */
export function failOnOf(layers: readonly Layer[], request: Said): FailOn {
  return decided(layers, request, "fail_on", request.fail_on ?? undefined, isFailOn) ?? DEFAULT_FAIL_ON;
}

/** Whom to tell of a key, where its request and task say this. */
export function reactionsOf(layers: readonly Layer[], key: HistoryKey, said: Reactions): Reactions {
  const found = REACTION_KINDS.flatMap((kind) => {
    const actions = decided(layers, key, kind, said[kind], isList);
    return actions === undefined ? [] : [[kind, actions] as const];
  });
  return Object.fromEntries(found);
}

function decided<Value>(
  layers: readonly Layer[],
  key: HistoryKey,
  field: LayerField,
  said: Value | undefined,
  isValue: (value: unknown) => value is Value,
): Value | undefined {
  const layer = resolveLayers(layers, key).find((resolved) => resolved.field === field)?.layer;
  const layered = layer !== undefined && isValue(layer.value) ? layer.value : undefined;
  return layer?.mode === "default" ? (said ?? layered) : (layered ?? said);
}

function isFailOn(value: unknown): value is FailOn {
  return typeof value === "string"; // the contract takes nothing else for this field
}

function isList(value: unknown): value is string[] {
  return Array.isArray(value);
}
