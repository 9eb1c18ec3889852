import type { ExplainedField } from "../../contract/layers.ts";
import { RESOURCES, type Allocation, type Requirements } from "../../domain/allocation.ts";
import {
  LAYER_FIELDS,
  layerScopeText,
  type Layer,
  type LayerField,
  type LayerScope,
  type LayerValue,
} from "../../domain/layer.ts";
import { REACTION_KINDS, type Reactions } from "../../domain/reaction.ts";
import { DEFAULT_FAIL_ON, type FailOn } from "../../domain/verdict.ts";
import type { HistoryKey } from "../../domain/task.ts";
import { allocate, askedAmounts } from "../../estimate/allocate.ts";
import { resolveLayers, type ResolvedField } from "../../estimate/layers.ts";
import type { RetryLimits } from "../../verdict/decide-retry.ts";
import type { ConfiguredTask } from "../../task/define-task.ts";
import type { LoopContext } from "./context.ts";
import { estimateFor } from "./estimates.ts";
import { evidenceText } from "../../domain/source-text.ts";
import { retryLimitsFor } from "./layers.ts";
import { largestFor, requirementsOf } from "./prepare.ts";

/** What a request of a key that says nothing itself would be given, and why, field by field. */
export async function explain(
  context: LoopContext,
  key: HistoryKey,
): Promise<{ fields: ExplainedField[]; allocation: Allocation }> {
  const { read } = context.store;
  const [workers, layers] = await Promise.all([read.workers(), read.layers()]);
  const configured = context.tasks.configured(key);
  const own = configured?.requirements ?? {};
  const requirements = requirementsOf({ ...key, requirements: {} }, { requirements: own }, configured, layers);
  const asked = askedAmounts(requirements);
  const estimate = await estimateFor(read, key, { asked, workers, nowMs: context.clock.nowMs() });
  const largest = largestFor(key.task_name, workers);
  const { defaults } = context.settings;
  const allocation = allocate({ estimate, requirements, defaults, ...(largest !== undefined && { largest }) });
  const resolved = new Map(resolveLayers(layers, key).map((one) => [one.field, one]));
  const limits = await retryLimitsFor(read, context, key);
  const { retries = {}, reactions = {}, fail_on } = configured ?? {};
  const known = { allocation, own, limits, retries, reactions, fail_on };
  const fields = LAYER_FIELDS.map((field) => explainField(field, resolved.get(field), known));
  return { fields, allocation };
}

type Known = {
  allocation: Allocation;
  own: Requirements;
  limits: RetryLimits;
  retries: ConfiguredTask["retries"];
  reactions: Reactions;
  fail_on: FailOn | undefined;
};

function explainField(field: LayerField, resolved: ResolvedField | undefined, known: Known): ExplainedField {
  const beaten = resolved?.beaten ?? [];
  const resource = RESOURCES.find((one) => one === field);
  if (resource !== undefined) {
    const { amount, source, evidence, note } = known.allocation[resource];
    const isLayer = resolved !== undefined && source === (resolved.layer.mode === "default" ? "default" : "override");
    const layer = isLayer ? resolved.layer : null;
    const history = evidence === undefined ? [] : [evidenceText(evidence)];
    const because = [...(layer === null ? history : [scopeText(layer)]), ...(note === undefined ? [] : [note])];
    const unused = resolved !== undefined && !isLayer ? [resolved.layer] : [];
    return { field, value: amount, source, because: because.join("; "), layer, beaten: [...unused, ...beaten] };
  }
  const own = ownValue(field, known);
  if (resolved !== undefined && (resolved.layer.mode !== "default" || own.source !== "task")) {
    const { layer } = resolved;
    const source = layer.mode === "default" ? "default" : "override";
    return { field, value: layer.value, source, because: scopeText(layer), layer, beaten };
  }
  return { field, ...own, because: "", layer: null, beaten: resolved === undefined ? [] : [resolved.layer, ...beaten] };
}

/** What a field is without layers. */
function ownValue(
  field: LayerField,
  { own, limits, retries, reactions, fail_on }: Known,
): { value: LayerValue | null; source: string } {
  const [group, name] = field.split(".");
  const none = { value: null, source: "none" };
  if (field === "fail_on")
    return fail_on === undefined ? { value: DEFAULT_FAIL_ON, source: "settings" } : { value: fail_on, source: "task" };
  const actions = REACTION_KINDS.flatMap((kind) => (kind === field ? (reactions[kind] ?? []) : []));
  if (actions.length > 0) return { value: actions, source: "task" };
  if (field === "tags") return own.tags === undefined ? none : { value: own.tags, source: "task" };
  if (group === "retries") {
    const budget = name as keyof RetryLimits; // the fields say so
    return { value: limits[budget], source: retries[budget] === undefined ? "settings" : "task" };
  }
  const bounds = group === "min" ? own.min : own.max;
  const bound = RESOURCES.flatMap((resource) => (resource === name ? [bounds?.[resource]] : []))[0];
  return bound === undefined ? none : { value: bound, source: "task" };
}

/** `lock for subject hello, context sid`; `default for all`. */
function scopeText(layer: LayerScope & Pick<Layer, "mode">): string {
  return `${layer.mode} for ${layerScopeText(layer)}`;
}
