import { z } from "zod";
import { RESOURCES, type Amounts, type Requirements } from "../domain/allocation.ts";
import { parseBytes, parseDuration } from "../domain/units.ts";

/** 1 PiB: more than any worker has, and still exact as a number. */
const MAX_BYTES = 2 ** 50;
const MAX_SECONDS = 10 * 365 * 86_400;

const BYTES_EXPECTED = 'bytes as a positive number, or text like "2G" or "512MiB", at most 1P';
const SECONDS_EXPECTED = 'seconds as a positive number, or text like "90s", "1h30m", at most 10 years';
const CORES_EXPECTED = "a number of cores above 0, at most 10000";

function amount(
  parse: (text: string) => number | undefined,
  max: number,
  expected: string,
): z.ZodType<number, number | string> {
  return z
    .union([z.number(), z.string()], { error: expected })
    .transform((value) => (typeof value === "number" ? value : (parse(value) ?? Number.NaN)))
    .pipe(z.number({ error: expected }).positive({ error: expected }).max(max, { error: expected }));
}

/** Bytes, as a number or as text with a unit. */
export const bytesInput = amount(parseBytes, MAX_BYTES, BYTES_EXPECTED).pipe(
  z.transform((value: number) => Math.ceil(value)),
);

/** Seconds, as a number or as text with units. */
export const durationInput = amount(parseDuration, MAX_SECONDS, SECONDS_EXPECTED);

/** Cores; fractions are allowed. */
export const coresInput = z
  .number({ error: CORES_EXPECTED })
  .positive({ error: CORES_EXPECTED })
  .max(10_000, { error: CORES_EXPECTED });

const amountFields = {
  memory: bytesInput.optional(),
  disk_space: bytesInput.optional(),
  cpu_count: coresInput.optional(),
  duration: durationInput.optional(),
};

const COUNT_EXPECTED = "a whole number from 0 to 100";

/** How often something is tried again. */
export const retryCount = z
  .int({ error: COUNT_EXPECTED })
  .min(0, { error: COUNT_EXPECTED })
  .max(100, { error: COUNT_EXPECTED });

/** A label that a worker has or a request needs. */
export const tag = z.string().regex(/^[\w.:=+/-]{1,100}$/, { error: "1 to 100 letters, digits or . _ : = + / -" });

/** What a submitter demands: amounts, bounds and tags. */
export const requirementsInput = z
  .strictObject({
    ...amountFields,
    min: z.strictObject(amountFields).optional(),
    max: z.strictObject(amountFields).optional(),
    tags: z.array(tag).max(50).optional(),
  })
  .superRefine((value, context) => {
    for (const resource of RESOURCES) {
      const [low, exact, high] = [value.min?.[resource], value[resource], value.max?.[resource]];
      if (low !== undefined && high !== undefined && low > high) {
        context.addIssue({ code: "custom", path: ["min", resource], message: `at most the maximum of ${high}` });
      }
      if (exact !== undefined && low !== undefined && exact < low) {
        context.addIssue({ code: "custom", path: [resource], message: `at least the minimum of ${low}` });
      }
      if (exact !== undefined && high !== undefined && exact > high) {
        context.addIssue({ code: "custom", path: [resource], message: `at most the maximum of ${high}` });
      }
    }
  })
  .transform((value) => dropUndefined(value));

/** `exactOptionalPropertyTypes`: a field that is not given is absent, not undefined. */
function dropUndefined(value: {
  [Key in keyof Requirements]?: Requirements[Key] | { [R in keyof Amounts]?: number | undefined } | undefined;
}): Requirements {
  return JSON.parse(JSON.stringify(value)) as Requirements; // only numbers, texts and lists of them: exact
}
