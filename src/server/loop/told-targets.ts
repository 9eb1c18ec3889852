import { layerScopeText, type Layer } from "../../domain/layer.ts";
import { REACTION_KINDS, type ReactionKind } from "../../domain/reaction.ts";
import type { LoopContext } from "./context.ts";

/** An action that reactions may lead to, when it is carried out, and who says so. */
export type ToldTarget = { action: string; said: readonly { reaction: ReactionKind; by: string }[] };

/**
 * The actions that layers and tasks of the configuration name, each once. Whole addresses: for administrators only. What requests
 * name of their own is not among them.
 */
export async function toldTargets({ store, tasks }: Pick<LoopContext, "store" | "tasks">): Promise<ToldTarget[]> {
  const layers = await store.read.layers();
  const ofTasks = tasks.known.flatMap(({ task_name, reactions }) =>
    REACTION_KINDS.flatMap((reaction) =>
      saidOf(reaction, reactions[reaction], `task ${task_name} of the configuration`),
    ),
  );
  const all = Map.groupBy([...layers.flatMap(saidByLayer), ...ofTasks], ({ action }) => action);
  return [...all].map(([action, said]) => ({ action, said: said.map(({ reaction, by }) => ({ reaction, by })) }));
}

function saidByLayer(layer: Layer) {
  const reaction = REACTION_KINDS.find((kind) => kind === layer.field);
  const actions = Array.isArray(layer.value) ? layer.value : undefined;
  return reaction === undefined ? [] : saidOf(reaction, actions, `value ${layer.id} for ${layerScopeText(layer)}`);
}

function saidOf(reaction: ReactionKind, actions: readonly string[] | undefined, by: string) {
  return (actions ?? []).map((action) => ({ action, reaction, by }));
}
