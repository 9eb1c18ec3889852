import { z } from "zod";
import {
  TOLD_AT,
  type Accuracy,
  type ChoiceAccuracy,
  type HeldAmounts,
  type ResourceAccuracy,
  type ToldEnds,
} from "../domain/accuracy.ts";
import { AMOUNT_SOURCES, RESOURCES } from "../domain/allocation.ts";
import { TASK_TYPES } from "../domain/task.ts";
import { VERDICT_KINDS } from "../domain/verdict.ts";
import { WASTE_GROUPS, type SpareWorkers, type WasteReport } from "../domain/waste.ts";
import { timestampSchema, workerName } from "./names.ts";

/* How good estimates were, as it crosses the wire. What the fields mean is said in `domain/accuracy.ts`. */

const count = z.int().min(0);
const share = z.number().nullable();
const hours = z.number().describe("byte-hours or core-hours");

/** What of a resource was held for runs over time. */
export const heldAmountsSchema: z.ZodType<HeldAmounts> = z.object({
  allocated: hours,
  used: hours,
  unused: hours,
  lost: hours,
  wasted: hours,
  wasted_share: share,
  times_used: share,
  asked_runs: count.describe("runs for which people asked for an amount"),
  asked: hours,
  saved: hours.describe("asked for and not given, because an override said less"),
});

const resourceAccuracySchema: z.ZodType<ResourceAccuracy> = z.object({
  judged: count.describe("runs whose prediction can be compared with what they used"),
  below_p5: share.describe("share that used less than their p5, of those that had one; 0.05 is right"),
  below_p50: share.describe("share of them that used no more than their p50"),
  below_p95: share.describe("share of them that used no more than their p95"),
  median_error: share.describe("median of |p50 - used| / used"),
  sources: z.partialRecord(z.enum(AMOUNT_SOURCES), count).describe("runs by where their amount came from"),
  deaths: count.describe("attempts that died of an amount that Almanac chose"),
  deaths_as_asked: count.describe("attempts that died of an amount that people asked for"),
  held: heldAmountsSchema.nullable(),
});

const toldEndsSchema: z.ZodType<ToldEnds> = z.object({
  at: z.literal(TOLD_AT).describe("when this share of a run was over"),
  judged: count.describe("runs of a second and more with a predicted duration that went to an end of their own"),
  median_error: share.describe("median of |end told - true end| / duration"),
  p90_error: share.describe("no more than this for nine of ten runs"),
  sooner: share.describe("share of runs that ended before the range told"),
  within: share.describe("share of runs that ended in it"),
  later: share.describe("share of runs that ended after it"),
});

const choiceSchema: z.ZodType<ChoiceAccuracy> = z.object({
  runs: count.describe("runs with a predicted duration that more than one worker could have taken"),
  unlike: count.describe("those whose workers were thought to differ in speed; the rest is of these"),
  seconds: z.number().describe("expected on average over the workers that could have taken them, added up"),
  predicted: share.describe("share of it that the chosen workers were to save; below 0: to cost"),
  realised: share.describe("share that was saved; below 0: that it cost"),
  give_or_take: share.describe("what errors of the prediction alone may do to `realised`"),
});

const lostAttempts = z.object({ attempts: count, seconds: z.number(), memory_byte_hours: z.number() });

const accuracySchema: z.ZodType<Accuracy> = z.object({
  runs: count,
  resources: z.partialRecord(z.enum(RESOURCES), resourceAccuracySchema),
  told_ends: z.array(toldEndsSchema).describe("how right the ends were that were told of runs while they went on"),
  choice: choiceSchema.nullable().describe("what the choice of a worker was worth; null: no run had one"),
  mistakes: lostAttempts.describe("attempts that died of an amount that Almanac chose, and what they had cost"),
  mistakes_as_asked: lostAttempts.describe("the same, of amounts that people asked for"),
  overruled: z
    .array(z.object({ from: z.enum(VERDICT_KINDS), to: z.enum(VERDICT_KINDS), count }))
    .describe("verdicts that people overruled, most often first"),
});

const spareWorkersSchema: z.ZodType<SpareWorkers> = z.object({
  since: timestampSchema.describe("from then on all that was reserved is known to this answer"),
  until: timestampSchema,
  is_cut: z.boolean().describe("it begins later than was asked for: one answer looks at a bounded number of runs"),
  runs: count.describe("that held something in that time; 0: nothing is known"),
  busy_seconds: count.describe("for so long anything was reserved"),
  workers: count.describe("that take work now"),
  spare: z.array(workerName).describe("of these, those that could all go; never all of them"),
  fits: share.describe("share of the busy time in which what was reserved fits the others; null: none could go"),
});

export const wasteReportSchema: z.ZodType<WasteReport> = z.object({
  by: z.enum(WASTE_GROUPS),
  since: timestampSchema.nullable().describe("when the oldest ended of the runs that were looked at"),
  is_cut: z.boolean().describe("there are older ones: one answer looks at a bounded number"),
  runs: count,
  spare_workers: spareWorkersSchema.describe("how many workers could go; of all work, whatever the report is of"),
  groups: z.array(
    z.object({ name: z.string().nullable().describe("null: the request has expired"), accuracy: accuracySchema }),
  ),
});

export const accuracyReportSchema = z.object({
  since: timestampSchema,
  until: timestampSchema,
  is_cut: z.boolean().describe("there is more than one answer looks at: only the newest days are in it"),
  all: accuracySchema,
  tasks: z.array(z.object({ task_type: z.enum(TASK_TYPES), task_name: z.string(), accuracy: accuracySchema })),
  over_time: z.array(z.object({ from: timestampSchema, accuracy: accuracySchema })),
});
