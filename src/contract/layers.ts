import { z } from "zod";
import type { Layer, LayerField, LayerValue } from "../domain/layer.ts";
import { LAYER_FIELDS, LAYER_MODES } from "../domain/layer.ts";
import { bytesInput, coresInput, durationInput, retryCount, tag } from "./amounts.ts";
import { FAIL_ON } from "../domain/verdict.ts";
import type { LayerPreview } from "../domain/layer-preview.ts";
import { RESOURCES } from "../domain/allocation.ts";
import { context, subject, taskName, timestampSchema, workRequestId } from "./names.ts";
import { actionsInput } from "./reactions.ts";

/** A label in a list of them. */
const tags = z.array(tag, { error: "a list of tags" }).max(50, { error: "at most 50 tags" });

const failOn = z.enum(FAIL_ON, { error: `one of ${FAIL_ON.join(", ")}` });

/** What each field takes. */
const VALUES: Record<LayerField, z.ZodType<LayerValue>> = {
  memory: bytesInput,
  disk_space: bytesInput,
  cpu_count: coresInput,
  duration: durationInput,
  "min.memory": bytesInput,
  "min.disk_space": bytesInput,
  "min.cpu_count": coresInput,
  "min.duration": durationInput,
  "max.memory": bytesInput,
  "max.disk_space": bytesInput,
  "max.cpu_count": coresInput,
  "max.duration": durationInput,
  tags,
  "retries.infrastructure": retryCount,
  "retries.preemption": retryCount,
  "retries.resource": retryCount,
  "retries.flaky": retryCount,
  fail_on: failOn,
  on_success: actionsInput,
  on_failure: actionsInput,
  on_regression: actionsInput,
  on_fixed: actionsInput,
  on_drift: actionsInput,
};

const scopeFields = {
  /** Only of this task; null: of any. */
  task_name: taskName.nullable(),
  /** Only of this subject; null: of any. */
  subject: subject.nullable(),
  /** Only of this context; null: of any. */
  context: context.nullable(),
};

/** One value to set; what of task, subject and context is absent or null means any. */
export const layerInput = z
  .strictObject({
    /** Only for this task; absent: for any. */
    task_name: scopeFields.task_name.default(null),
    /** Only for this subject; absent: for any. */
    subject: scopeFields.subject.default(null),
    /** Only for this context; absent: for any. */
    context: scopeFields.context.default(null),
    /** What is set. */
    field: z.enum(LAYER_FIELDS, { error: `one of ${LAYER_FIELDS.join(", ")}` }),
    /** How it stands to what others say; `default` when absent. */
    mode: z.enum(LAYER_MODES, { error: `one of ${LAYER_MODES.join(", ")}` }).default("default"),
    /** An amount as `4G` or `1h30m`, or its number of bytes, cores or seconds; a count, a word, or a list, as the field has it. */
    value: z.union([z.number(), z.string(), z.array(z.string())], { error: "a number, a text or a list of texts" }),
    /** What people are to know of it. */
    note: z.string().max(1000).nullable().default(null),
  })
  .transform((layer, refinement) => {
    const parsed = VALUES[layer.field].safeParse(layer.value);
    if (parsed.success) return { ...layer, value: parsed.data };
    refinement.addIssue({
      code: "custom",
      path: ["value"],
      message: parsed.error.issues[0]?.message ?? "another value",
    });
    return z.NEVER;
  });

const layerValue = z.union([z.number(), z.enum(FAIL_ON), z.array(z.string())]);

/** A layer as it is kept. */
export const layerSchema = z.object({
  id: z.int(),
  ...scopeFields,
  field: z.enum(LAYER_FIELDS),
  mode: z.enum(LAYER_MODES),
  value: layerValue,
  note: z.string().nullable(),
  set_by: z.string(),
  set_at: timestampSchema,
}) satisfies z.ZodType<Layer>;

const hours = z.number().nullable().describe("byte-hours or core-hours; null for time, and for what is no amount");

/** What a layer would have done to past requests: `domain/layer-preview.ts` says what the fields mean. */
export const layerPreviewSchema = z.object({
  field: z.enum(LAYER_FIELDS),
  resource: z.enum(RESOURCES).nullable().describe("what it sets or bounds; null: it is only counted"),
  days: z.int().describe("so many were looked back"),
  is_cut: z.boolean().describe("there are more runs than one preview looks at: the newest are in it"),
  requests: z.int().describe("of the layer's scope, that ran"),
  decided: z.int().describe("of these, for which it would have decided"),
  given_less: z.int(),
  given_more: z.int(),
  too_little: z.int().describe("needed more than they would have been given"),
  too_little_before: z.int().describe("died of what they were given"),
  unknown: z.int().describe("were cut short before they showed what they need"),
  reserved: hours,
  would_reserve: hours,
  examples: z.array(workRequestId).describe("the newest that needed more, at most ten"),
}) satisfies z.ZodType<LayerPreview>;

/** For one field: the value that holds, where it comes from, and the layers that it beats. */
export const explainedFieldSchema = z.object({
  field: z.enum(LAYER_FIELDS),
  value: layerValue.nullable().describe("null: nothing sets it"),
  source: z.string().describe("a source of amounts, `settings`, or `none`"),
  because: z.string().describe("the layer, or what history it stands on"),
  layer: layerSchema.nullable(),
  beaten: z.array(layerSchema),
});
export type ExplainedField = z.output<typeof explainedFieldSchema>;
