import { z } from "zod";
import type { OutputGlob, RunInput } from "../domain/artifact.ts";
import type { RunOutput } from "../domain/run.ts";
import { insidePath, sha256Schema, workRequestId } from "./names.ts";
import { recordOf } from "./record-of.ts";

/* Files that runs leave and are given, as they cross the wire. */

/** Most globs of one request. */
const MAX_GLOBS = 100;

const glob = insidePath("a glob");

/** Which files of a run are kept: globs, each one with whether it may match nothing. */
export const outputsSchema = z
  .array(
    z.union([glob, z.strictObject({ glob, optional: z.boolean({ error: "true or false" }).default(false) })], {
      error: "a glob, or { glob, optional? }",
    }),
    { error: "a list of globs" },
  )
  .max(MAX_GLOBS, { error: `at most ${MAX_GLOBS} globs` })
  .transform((globs) =>
    globs.map((one): OutputGlob => (typeof one === "string" ? { glob: one, optional: false } : one)),
  );

const bytes = z.int().min(0);
const contentFields = { size: bytes, sha256: sha256Schema, executable: z.literal(true).optional() };
/** A file kept with a run. */
export const runOutputSchema = recordOf<RunOutput>()(z.object({ path: insidePath("a path"), ...contentFields }));
/** A file that a run was given. */
export const runInputSchema = recordOf<RunInput>()(
  z.object({ path: insidePath("a path"), from: workRequestId, ...contentFields }),
);

/** What an input may be asked for by: a path in which `*` stands for any characters. */
const inputPattern = z.string({ error: "a path with *" }).min(1).max(1000, { error: "at most 1000 characters" });
const MAX_PATTERNS = 20;

/** What is asked of an input, but from which request. */
export const inputFields = {
  match: z
    .union([inputPattern.transform((one) => [one]), z.array(inputPattern).min(1).max(MAX_PATTERNS)], {
      error: `a path with *, or a list of 1 to ${MAX_PATTERNS} of them`,
    })
    .default(["*"]),
  into: insidePath("a directory").default("."),
  optional: z.boolean({ error: "true or false" }).default(false),
};
/** An input as a request has it. */
export const inputSchema = z.object({
  from: workRequestId,
  match: z.array(z.string()),
  into: z.string(),
  optional: z.boolean(),
});
