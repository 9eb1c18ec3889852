import { assertNever } from "../../domain/assert-never.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";

/** True when nothing will happen to the request any more. */
export function hasEnded(request: Pick<WorkRequest, "status">): boolean {
  return request.status === "completed" || request.status === "aborted";
}

/** The exit code that tells what became of a request; success for one that goes on. */
export function exitCodeOfRequest(request: Pick<WorkRequest, "status" | "result">): ExitCode {
  if (request.status === "aborted") return EXIT.aborted;
  switch (request.result) {
    case "failure":
      return EXIT.failed;
    case "error":
      return EXIT.infrastructure;
    case "success":
    case "skipped":
    case null:
      return EXIT.success;
    default:
      return assertNever(request.result);
  }
}

/** What weighs more, first: work that failed says more than infrastructure, and that more than an abort. */
const BY_WEIGHT: readonly ExitCode[] = [EXIT.failed, EXIT.infrastructure, EXIT.aborted];

/** The exit code for several requests together. */
export function exitCodeOfRequests(requests: Iterable<Pick<WorkRequest, "status" | "result">>): ExitCode {
  const codes = new Set([...requests].map(exitCodeOfRequest));
  return BY_WEIGHT.find((code) => codes.has(code)) ?? EXIT.success;
}
