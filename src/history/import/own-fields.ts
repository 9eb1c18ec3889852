import { z } from "zod";
import { OUTCOME_KINDS } from "../../domain/outcome.ts";
import { MEASURED_FIGURES } from "../../domain/runtime-statistics.ts";
import { TASK_TYPES } from "../../domain/task.ts";
import { parseBytes, parseDuration } from "../../domain/units.ts";
import { RESULTS } from "../../domain/work-request.ts";
import { TIME_EXPECTED } from "./time-zone.ts";

/*
 * Entries in our own words, for JSONL and CSV.
 *
 * Short form, for files that people or scripts write; only `task_name` and `completed_at` must be there:
 *   task_type (worker), task_name, subject, context, completed_at (a time, or seconds or milliseconds since 1970),
 *   duration, cpu_time (seconds, or "1h30m"), memory, disk_space (bytes, or "2G"), available_memory,
 *   available_disk_space, cpu_count, exit_code, signal ("SIGKILL"), result (success, failure, error, skipped), outcome
 *   (the name of one, with `limit` for a death at a limit), lower_bounds (names of figures, with spaces between),
 *   worker_name, cpu_model, input_size, trusted, origin.
 * How it ended is told by `outcome`, else `signal`, else `exit_code`, else `result`: a failure without more counts as exit
 * code 1, an error as a lost worker; with none of them it was a success.
 *
 * Long form: a history entry as the API gives it (`almanac history --json`), known by its `runtime_statistics`. Its ids and
 * what was predicted are dropped: they mean something on that server only.
 */

type Input = string | number;
const input = z.union([z.string(), z.number()], { error: "a number or text" });

function parsed(parse: (value: Input) => number | undefined, expected: string) {
  return input.transform((value, issues) => {
    const number = parse(value);
    if (number !== undefined && number >= 0 && Number.isFinite(number)) return number;
    issues.addIssue({ code: "custom", message: expected });
    return z.NEVER;
  });
}

const seconds = parsed(
  (value) => (typeof value === "number" ? value : parseDuration(value)),
  'seconds, or like "1h30m"',
);
const bytes = parsed(
  (value) => (typeof value === "number" ? Math.round(value) : parseBytes(value)),
  'bytes, or like "2G"',
);
const wholeNumber = parsed((value) => wholeOf(Number(value)), "a whole number");

function wholeOf(value: number): number | undefined {
  return Number.isSafeInteger(value) ? value : undefined;
}

/** CSV has texts only. */
const truth = z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")], {
  error: "true or false",
});

/** The short form, parsed. */
export const shortForm = z.strictObject({
  task_type: z.enum(TASK_TYPES, { error: `one of ${TASK_TYPES.join(", ")}` }).default("worker"),
  task_name: z.string({ error: "text" }).optional(),
  subject: z.string({ error: "text" }).optional(),
  context: z.string({ error: "text" }).optional(),
  completed_at: z.union([z.string(), z.number()], { error: TIME_EXPECTED }),
  duration: seconds.optional(),
  cpu_time: seconds.optional(),
  memory: bytes.optional(),
  disk_space: bytes.optional(),
  available_memory: bytes.optional(),
  available_disk_space: bytes.optional(),
  cpu_count: wholeNumber.optional(),
  exit_code: wholeNumber.optional(),
  signal: z.string({ error: "the name of a signal" }).optional(),
  result: z.enum(RESULTS, { error: `one of ${RESULTS.join(", ")}` }).optional(),
  outcome: z.enum(OUTCOME_KINDS, { error: `one of ${OUTCOME_KINDS.join(", ")}` }).optional(),
  limit: input.optional(),
  lower_bounds: z
    .string({ error: "names of figures" })
    .transform((text) => text.split(/[\s,;]+/).filter((name) => name !== ""))
    .pipe(z.array(z.enum(MEASURED_FIGURES, { error: `of ${MEASURED_FIGURES.join(", ")}` })))
    .optional(),
  worker_name: z.string({ error: "text" }).optional(),
  cpu_model: z.string({ error: "text" }).optional(),
  input_size: bytes.optional(),
  trusted: truth.optional(),
  origin: z.string({ error: "text" }).optional(),
});
export type ShortForm = z.output<typeof shortForm>;

/** The names that a short form may have. */
export const SHORT_FIELDS = Object.keys(shortForm.shape);
