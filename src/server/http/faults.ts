import type { FastifyReply, FastifyRequest } from "fastify";
import { AppError } from "../../contract/errors.ts";
import { problemOf } from "../../contract/problem.ts";
import { formatBytes } from "../../domain/units.ts";

/** The largest JSON body; large inputs belong in files that the task fetches. */
export const BODY_LIMIT_BYTES = 32 * 1024 ** 2;

/** Answers with the problem document of a fault. */
export function sendFault(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const fault = faultOf(error, request);
  const problem = problemOf(fault, request.id);
  if (problem.status >= 500) request.log.error({ err: error }, "a call failed");
  if (fault.code === "unauthenticated") void reply.header("www-authenticate", "Bearer");
  // the rest of a body that is too large is not read
  if (fault.code === "body-too-large") void reply.header("connection", "close");
  void reply.code(problem.status).type("application/problem+json").send(JSON.stringify(problem));
}

/** Our own faults as they are; the framework's by their meaning; everything else is ours to look into. */
export function faultOf(error: unknown, request: FastifyRequest): AppError {
  if (error instanceof AppError) return error;
  if (!(error instanceof Error)) return new AppError("internal-error", { request_id: request.id });
  const cause = { cause: error };
  switch ("code" in error ? error.code : undefined) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new AppError(
        "body-too-large",
        { limit: formatBytes(request.routeOptions.bodyLimit ?? BODY_LIMIT_BYTES) },
        cause,
      );
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new AppError("unsupported-media-type", { found: request.headers["content-type"] ?? "(none)" }, cause);
    case "FST_ERR_CTP_INVALID_JSON_BODY":
    case "FST_ERR_CTP_EMPTY_JSON_BODY":
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
      return new AppError("malformed-body", { reason: error.message }, cause);
  }
  const status = "statusCode" in error ? error.statusCode : undefined;
  if (typeof status === "number" && status < 500) {
    return new AppError("invalid-request", { summary: error.message }, cause);
  }
  return new AppError("internal-error", { request_id: request.id }, cause);
}
