import { z } from "zod";
import { AppError, errorAction, ERRORS, type ErrorCode } from "./errors.ts";

/** One reason in a problem's `errors` list, or in `output_data.errors`. */
export const errorEntrySchema = z.looseObject({
  /** What happened, what was found, what to do. */
  message: z.string(),
  /** One of the registry, as `docs/errors.md` lists them. */
  code: z.string(),
});

/** An RFC 9457 problem document: every error answer of the API. */
export const problemSchema = z.object({
  /** Where the code is explained, relative to the documentation. */
  type: z.string(),
  /** The code in words. */
  title: z.string(),
  /** The HTTP status. */
  status: z.int(),
  /** The sentence for people. */
  detail: z.string(),
  /** One of the registry, as `docs/errors.md` lists them. */
  code: z.string(),
  /** True: the same call may work later. */
  retryable: z.boolean(),
  /** What to do. */
  action: z.string(),
  /** The number of the call, as the server's log has it. */
  request_id: z.string().optional(),
  /** The values that `detail` is made from, by name: where a program needs them. */
  details: z.record(z.string(), z.unknown()).optional(),
  /** Each of what is wrong, where there is more than one thing to say. */
  errors: z.array(errorEntrySchema).optional(),
});
export type Problem = z.output<typeof problemSchema>;

/** The problem document of a fault. The details' `errors` list is passed on. */
export function problemOf(error: AppError, requestId?: string): Problem {
  const definition: { status?: number; retryable: boolean } = ERRORS[error.code];
  const { errors: entries, ...details } = error.details;
  const errors = z.array(errorEntrySchema).safeParse(entries);
  return {
    type: `docs/errors.md#${error.code}`,
    title: error.code.replaceAll("-", " "),
    status: definition.status ?? 500,
    detail: error.message,
    code: error.code,
    retryable: definition.retryable,
    action: errorAction(error.code, error.details),
    ...(requestId !== undefined && { request_id: requestId }),
    ...(Object.keys(details).length > 0 && { details }),
    ...(errors.success && { errors: errors.data }),
  };
}

/** The fault that a problem document tells of, as the client throws it. */
export function errorOfProblem(problem: Problem): AppError {
  const isKnown = problem.code in ERRORS;
  // Just checked; a newer server's code is told apart from ours by its own detail text.
  const code = isKnown ? (problem.code as ErrorCode) : "internal-error";
  const error = new AppError(code, { ...problem.details, request_id: problem.request_id, errors: problem.errors });
  error.message = problem.detail;
  return error;
}
