import { z } from "zod";
import { WEIGHED_RESOURCES } from "../domain/outlook.ts";
import { historyKeyFields } from "./records.ts";

const bytes = z.number();
const share = z.number().describe("share of runs, from 0 to 1");

/** What to ask for instead: `domain/advice.ts` says what the fields mean. */
export const adviceSchema = z.object({
  ...historyKeyFields,
  resource: z.enum(WEIGHED_RESOURCES),
  asked: bytes.describe("what is asked today, the median"),
  asked_least: bytes,
  asked_most: bytes,
  enough: bytes.describe("what one run in a hundred, or fewer, needs more than"),
  runs: z.int().describe("runs that were asked for so"),
  failures_as_asked: share,
  failures: share,
  saved_a_week: z.number().describe("byte-hours"),
  at_once: z.object({ as_asked: z.int(), with_enough: z.int() }).nullable().describe("runs that workers have room for"),
});
