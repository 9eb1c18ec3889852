import { z } from "zod";
import { isInsidePath } from "../domain/inside-path.ts";
import { parseRunId, type RunId, type WorkRequestId, type WorkerName } from "../domain/ids.ts";

/** A schema whose output carries a brand; at run time it is the schema given. */
function branded<Branded extends string | number>(schema: z.ZodType<string> | z.ZodType<number>): z.ZodType<Branded> {
  return schema as unknown as z.ZodType<Branded>; // the brand exists in types only
}

// oxlint-disable-next-line no-control-regex -- control characters are what is refused
const CONTROL = /[\u0000-\u001f\u007f]/;

/**
 * Text on one line: what people name things with. Any letters, `:` and `/` included. The limit in bytes is there
 * because an index entry of PostgreSQL takes 2,700, and a whole key must fit into one.
 */
function label(maxLength: number): z.ZodString {
  const maxBytes = 2 * maxLength;
  return z
    .string({ error: "text" })
    .max(maxLength, { error: `at most ${maxLength} characters` })
    .refine((text) => text.length > maxLength || utf8Bytes(text) <= maxBytes, {
      error: `at most ${maxBytes} bytes in UTF-8`,
    })
    .refine((text) => !CONTROL.test(text), { error: "text without control characters" });
}

/** Text of so many characters; `error` says so, whatever else was found. */
function worded(error: string, least: number, most: number) {
  return z.string({ error }).min(least, { error }).max(most, { error });
}

/** How long a text is in UTF-8. */
function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0; // a character has one
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

export const taskName = label(200).min(1, { error: "a name of 1 to 200 characters" });
export const subject = label(500);
export const context = label(500);

/** Why a person says what Almanac did not. */
export const reason = worded("why, in 1 to 1000 characters", 1, 1000);

/** Why, or nothing. */
export const reasonIfAny = worded("at most 1000 characters of why", 0, 1000);

/** The parameters of a request in a few words. */
export const parameterSummary = label(500);

/** The name of a request within its submission. */
export const requestName = label(200).min(1, { error: "a name of 1 to 200 characters" });

/** The name of a token: what people and programs are called. */
export const tokenName = worded("the name of a token, of 1 to 100 characters", 1, 100);

export const workRequestId = branded<WorkRequestId>(z.int({ error: "the number of a work request" }).min(1));
export const runIdSchema = branded<RunId>(
  z.string().refine((text) => parseRunId(text) !== undefined, { error: "the id of a run, like 5122.1" }),
);
export const workerName = branded<WorkerName>(
  z.string({ error: "a worker's name" }).regex(/^[\w.-]{1,100}$/, { error: "1 to 100 letters, digits or . _ -" }),
);

/** The id of a work request in a path: `5122`. */
export const workRequestIdParam = branded<WorkRequestId>(
  z.coerce.number({ error: "the number of a work request" }).pipe(z.int().min(1)),
);

export const timestampSchema = z.iso.datetime({ error: "a time like 2026-11-22T17:16:02.123Z" });

/** A moment that is compared with kept ones, which are text: brought to their form. */
export const momentInput = timestampSchema.overwrite((text) => {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? text : at.toISOString();
});

/** A path below the work directory of a run: relative, without `..`. */
export const insidePath = (what: string) =>
  z
    .string({ error: what })
    .max(4096, { error: "at most 4096 characters" })
    .refine(isInsidePath, { error: `${what} inside the work directory: relative, without ".."` });

/** The SHA-256 of a content, hex. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, { error: "a SHA-256 in 64 hexadecimal digits" });
