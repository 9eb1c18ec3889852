import { RESOURCES, type AllocatedAmount, type Resource } from "../domain/allocation.ts";
import type { HistoryEntry } from "../domain/history.ts";
import type { WorkRequestId } from "../domain/ids.ts";
import type { Layer } from "../domain/layer.ts";
import type { LayerPreview } from "../domain/layer-preview.ts";
import { DEATHS } from "./accuracy/judge.ts";
import { resolveLayers } from "./layers.ts";
import { observationOf } from "./observation.ts";

/** What is asked: a layer as if it were set, those that are, and runs of the past in any order. */
export type PreviewQuery = {
  layer: Layer;
  layers: readonly Layer[];
  entries: readonly HistoryEntry[];
};

const SECONDS_PER_HOUR = 3600;
const MOST_EXAMPLES = 10;

/** The attempts of one request that were given something, oldest first. */
type Attempts = readonly (HistoryEntry & Required<Pick<HistoryEntry, "allocation">>)[];

/**
 * What a layer would have done to past requests: to each its amount is given anew, as `allocate` would have with the
 * layer, and is compared with what the request was seen to need. What history would have learnt from it is left out.
 */
export function previewLayer({ layer, layers, entries }: PreviewQuery): Omit<LayerPreview, "days" | "is_cut"> {
  const resource = RESOURCES.find((one) => layer.field === one || layer.field.endsWith(`.${one}`)) ?? null;
  const preview = emptyPreview(layer, resource);
  const others = layers.filter((other) => !isSamePlace(other, layer));
  const needy: WorkRequestId[] = [];
  for (const attempts of attemptsOf(entries)) {
    const last = attempts.at(-1)!; // there is one at least
    preview.requests += 1;
    const decides = resolveLayers([...others, layer], last).some((resolved) => resolved.layer === layer);
    if (!decides) continue;
    if (resource === null) {
      preview.decided += 1;
      continue;
    }
    const amount = wouldBeGiven(layer, attempts[0]!.allocation[resource]); // as above
    if (amount === undefined) continue;
    preview.decided += 1;
    if (addTo(preview, attempts, resource, amount) && last.work_request_id !== undefined)
      needy.push(last.work_request_id);
  }
  return { ...preview, examples: needy.sort((a, b) => b - a).slice(0, MOST_EXAMPLES) };
}

function emptyPreview({ field }: Layer, resource: Resource | null): Omit<LayerPreview, "days" | "is_cut"> {
  const hours = resource === null || resource === "duration" ? null : 0;
  return {
    field,
    resource,
    requests: 0,
    decided: 0,
    given_less: 0,
    given_more: 0,
    too_little: 0,
    too_little_before: 0,
    unknown: 0,
    reserved: hours,
    would_reserve: hours,
    examples: [],
  };
}

/** There is one layer of each scope and field: what is set takes the place of the one before. */
function isSamePlace(a: Layer, b: Layer): boolean {
  return a.field === b.field && a.task_name === b.task_name && a.subject === b.subject && a.context === b.context;
}

function attemptsOf(entries: readonly HistoryEntry[]): Attempts[] {
  const given = entries.flatMap((entry) =>
    entry.allocation === undefined ? [] : [{ ...entry, allocation: entry.allocation }],
  );
  const byRequest = Map.groupBy(given, ({ work_request_id, id }) => work_request_id ?? `imported ${id}`);
  return [...byRequest.values()].map((attempts) => attempts.sort((a, b) => a.id - b.id));
}

/** Undefined: something above the layer decides. */
function wouldBeGiven({ field, mode, value }: Layer, given: AllocatedAmount): number | undefined {
  if (typeof value !== "number") return undefined;
  const { amount, source, max = Infinity } = given;
  const [kind] = field.split(".");
  const isExact = kind !== "min" && kind !== "max";
  if (mode === "default") {
    if (isExact) return source === "default" ? Math.min(value, max) : undefined;
    if (source !== "history" && source !== "default") return undefined;
  } else {
    if (isExact) return value;
    if (source === "override") return undefined;
  }
  return kind === "min" ? Math.max(amount, value) : Math.min(amount, value);
}

/** Adds a request that would have been given this amount; true when it needed more. */
function addTo(
  preview: Omit<LayerPreview, "days" | "is_cut">,
  attempts: Attempts,
  resource: Resource,
  amount: number,
): boolean {
  const last = attempts.at(-1)!; // there is one at least
  const given = attempts[0]!.allocation[resource].amount; // as above
  if (amount < given) preview.given_less += 1;
  if (amount > given) preview.given_more += 1;
  if (attempts.some(({ outcome }) => DEATHS[outcome.kind] === resource)) preview.too_little_before += 1;
  // whoever sent it: what it used was given to it all the same
  const need = observationOf({ ...last, trusted: true })?.[resource];
  const isTooLittle = need !== undefined && need.value > amount;
  if (isTooLittle) preview.too_little += 1;
  else if (need === undefined || need.is_lower_bound) preview.unknown += 1;
  if (preview.reserved !== null && preview.would_reserve !== null) {
    const lastHeld = last.allocation[resource].amount * hoursOf(last);
    for (const each of attempts) preview.reserved += each.allocation[resource].amount * hoursOf(each);
    // cores that are too few let it take longer, and all of it counts as it was
    const again = isTooLittle && resource !== "cpu_count" ? lastHeld : 0;
    preview.would_reserve += amount * hoursOf(last) + again;
  }
  return isTooLittle;
}

function hoursOf({ duration_ms, runtime_statistics: { duration = 0 } }: HistoryEntry): number {
  return (duration_ms === undefined ? duration : duration_ms / 1000) / SECONDS_PER_HOUR;
}
