import { z } from "zod";
import { RESOURCES } from "../domain/allocation.ts";
import type { HistoryEntry, ListedEntry } from "../domain/history.ts";
import { MEASURED_FIGURES } from "../domain/runtime-statistics.ts";
import { VERDICT_KINDS } from "../domain/verdict.ts";
import { RESULTS } from "../domain/work-request.ts";
import { context, runIdSchema, subject, taskName, timestampSchema, workRequestId } from "./names.ts";
import { recordOf } from "./record-of.ts";
import {
  allocationSchema,
  failureMarkSchema,
  historyKeyFields,
  milliseconds,
  outcomeSchema,
  predictedFields,
  runtimeStatisticsSchema,
} from "./records.ts";

/* Entries of the history, as they cross the wire. */

const historyEntryFields = {
  ...historyKeyFields,
  completed_at: timestampSchema,
  result: z.enum(RESULTS),
  outcome: outcomeSchema,
  runtime_statistics: runtimeStatisticsSchema,
  duration_ms: milliseconds.optional(),
  cpu_time_ms: milliseconds.optional(),
  lower_bounds: z.array(z.enum(MEASURED_FIGURES)),
  allocation: allocationSchema.optional(),
  worker_name: z.string().max(200).optional(),
  cpu_model: z.string().max(200).optional(),
  input_size: z.number().min(0).optional(),
  trusted: z.boolean(),
  origin: z.string().max(50).optional(),
  failure: failureMarkSchema.optional(),
  person_verdict: z.enum(VERDICT_KINDS).optional(),
};

const keptEntryFields = {
  id: z.int(),
  work_request_id: workRequestId.optional(),
  run_id: runIdSchema.optional(),
  ...historyEntryFields,
};

export const historyEntrySchema = recordOf<HistoryEntry>()(z.object(keptEntryFields));

export const listedEntrySchema = recordOf<ListedEntry>()(
  z.object({
    ...keptEntryFields,
    predicted: z
      .partialRecord(z.enum(RESOURCES), z.object(predictedFields))
      .optional()
      .describe("when it was placed; absent where nothing was, or its request is no longer kept"),
  }),
);

/** An entry made elsewhere: as in history, without the ids that only this server gives. */
export const importedEntrySchema = recordOf<ImportedEntry>()(
  // what people give must fit where history is kept; what is there does already
  z.strictObject({ ...historyEntryFields, task_name: taskName, subject, context }),
);
export type ImportedEntry = Omit<HistoryEntry, "id" | "work_request_id" | "run_id">;
