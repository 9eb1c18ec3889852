import { z } from "zod";
import { ESTIMATE_LEVELS, RESOURCES } from "../domain/allocation.ts";
import { WEIGHED_RESOURCES } from "../domain/outlook.ts";

const bytes = z.number();

/** What is to be expected of an amount: `domain/outlook.ts` says what the fields mean. */
export const outlookSchema = z.object({
  amount: bytes,
  failure_share: z.number().describe("share of runs that need more, from 0 to 1"),
  wasted: bytes.describe("bytes that a run wastes on average, for as long as it runs"),
  needed: bytes.describe("bytes that a run needs on average"),
});

/** How an estimate comes about, and what is to be expected of its amounts. */
export const explanationFields = {
  levels: z
    .array(
      z.object({
        level: z.enum(ESTIMATE_LEVELS),
        runs: z.int().describe("runs learnt in all"),
        kept: z.partialRecord(z.enum(RESOURCES), z.int()).describe("runs whose figures are kept"),
      }),
    )
    .describe("what is blended, finest first"),
  outlooks: z.partialRecord(z.enum(WEIGHED_RESOURCES), outlookSchema).describe("what the proposed amounts are worth"),
  what_if: outlookSchema.optional().describe("the same of the memory that was asked about"),
};
