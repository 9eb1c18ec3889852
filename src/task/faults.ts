import { z } from "zod";
import { errorEntry, type ErrorCode } from "../contract/errors.ts";
import { formatPath, validationErrors } from "../contract/validation.ts";
import type { WorkRequestError } from "../domain/output-data.ts";

/**
 * Thrown by a task's own code when trying again later may help, such as a mirror that does not answer. The request is
 * tried again within its infrastructure budget instead of ending.
 */
export class TransientError extends Error {
  override readonly name = "TransientError";
}

/** Thrown by a task's own code when the data of the request is at fault; `path` says where in `task_data`. */
export class TaskDataError extends Error {
  override readonly name = "TaskDataError";
  readonly path: readonly (string | number)[];

  constructor(message: string, path: readonly (string | number)[] = []) {
    super(message);
    this.path = path;
  }
}

/** What went wrong when a task's code was asked something. */
export type TaskFault =
  /** There is no such task, or its schema refuses the data. */
  | { kind: "invalid"; errors: WorkRequestError[] }
  /** Its code threw, gave something that cannot be used, or took too long. `at`: the place in its source. */
  | { kind: "failed" | "unavailable"; reason: string; path?: string; at?: string };

/** What a task's code gave, or what went wrong. */
export type TaskAnswer<Value> = { ok: true; value: Value } | { ok: false; fault: TaskFault };

/** Failures of the network that pass, by Node's codes. */
const PASSING_CODES: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EAI_AGAIN",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_SOCKET",
]);

/** What a thrown value says. `data`: the request's, to show what a schema found there. */
export function faultOf(error: unknown, data: unknown): TaskFault {
  if (error instanceof z.ZodError) {
    return { kind: "invalid", errors: validationErrors(error, data, ["task_data"], "invalid-task-data") };
  }
  const reason = error instanceof Error ? error.message || error.name : String(error);
  const at = error instanceof Error ? placeIn(error.stack) : undefined;
  return {
    kind: isPassing(error) ? "unavailable" : "failed",
    reason: reason.slice(0, 2000),
    ...(hasPath(error) && { path: formatPath(["task_data", ...error.path]) }),
    ...(at !== undefined && { at }),
  };
}

/** The entries of `output_data.errors` for a fault: one code for what stays wrong, one for what may pass. */
export function errorsOfFault(
  fault: TaskFault,
  codes: { failed: ErrorCode; unavailable: ErrorCode },
  details: Record<string, unknown>,
): WorkRequestError[] {
  if (fault.kind === "invalid") return fault.errors;
  const { kind, ...found } = fault;
  const places = [found.path, found.at].filter((place) => place !== undefined);
  const reason = places.length === 0 ? found.reason : `${found.reason} (${places.join(", ")})`;
  return [errorEntry(codes[kind], { ...details, ...found, reason })];
}

/** By name too: the thrown value may come from another copy of this module. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === "TransientError") return true;
  if ("code" in error && PASSING_CODES.has(error.code)) return true;
  return error.cause !== undefined && isPassing(error.cause); // fetch wraps what happened
}

function hasPath(error: unknown): error is { path: (string | number)[] } {
  return error instanceof Error && error.name === "TaskDataError" && "path" in error && Array.isArray(error.path);
}

/** Frames below it are ours, not the user's. */
const OWN_ROOT = new URL("../", import.meta.url).href;

/** `almanac.config.ts:12`, of the first frame outside packages, Node and ourselves. */
function placeIn(stack: string | undefined): string | undefined {
  const frames = (stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  const own = frames.find((line) => !/node:|node_modules/.test(line) && !line.includes(OWN_ROOT));
  return /([^/\\()\s]+):(\d+):\d+\)?$/
    .exec(own ?? "")
    ?.slice(1, 3)
    .join(":");
}
