import type { Timestamp } from "./clock.ts";
import type { FailOn } from "./verdict.ts";
import { REACTION_KINDS } from "./reaction.ts";

/** How a layer's value stands to what others say. */
export const LAYER_MODES = ["default", "override", "lock"] as const;

/**
 * - `default`: where neither the request, its workflow, its task nor history says anything; as a bound, where none of
 *   them bounds;
 * - `override`: whatever the request, its workflow or its task says;
 * - `lock`: the same, and no more particular layer may say otherwise.
 */
export type LayerMode = (typeof LAYER_MODES)[number];

/** What layers can set: needs, bounds of them, tags, how often a request is run again by itself, which failures count, and who is told. */
export const LAYER_FIELDS = [
  "memory",
  "disk_space",
  "cpu_count",
  "duration",
  "min.memory",
  "min.disk_space",
  "min.cpu_count",
  "min.duration",
  "max.memory",
  "max.disk_space",
  "max.cpu_count",
  "max.duration",
  "tags",
  "retries.infrastructure",
  "retries.preemption",
  "retries.resource",
  "retries.flaky",
  "fail_on",
  ...REACTION_KINDS,
] as const;
export type LayerField = (typeof LAYER_FIELDS)[number];

/** What a layer holds for: requests whose task, subject and context are these; null: any. */
export type LayerScope = {
  /** Only of this task; null: of any. */
  task_name: string | null;
  /** Only of this subject; null: of any. */
  subject: string | null;
  /** Only of this context; null: of any. */
  context: string | null;
};

/** Bytes, bytes, cores, seconds, a count; for `fail_on` one of `FAIL_ON`; for tags and reactions a list. */
export type LayerValue = number | FailOn | string[];

/** One value that people gave for one field, for some requests. There is one of each scope and field. */
export type Layer = LayerScope & {
  /** Counted up by the database. */
  id: number;
  /** What it sets. */
  field: LayerField;
  /** How it stands to what others say. */
  mode: LayerMode;
  /** Bytes, bytes, cores, seconds, a count, a word, or a list, as the field has it. */
  value: LayerValue;
  /** What people say of it; null: nothing. */
  note: string | null;
  /** The name of the token that set it. */
  set_by: string;
  /** When it was set. */
  set_at: Timestamp;
};

/** What a layer holds for: `task build, subject hello`; `all`. */
export function layerScopeText({ task_name, subject, context }: LayerScope): string {
  const parts = [
    ...(task_name === null ? [] : [`task ${task_name}`]),
    ...(subject === null ? [] : [`subject ${subject}`]),
    ...(context === null ? [] : [`context ${context}`]),
  ];
  return parts.length === 0 ? "all" : parts.join(", ");
}
