import { assertNever } from "../../domain/assert-never.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { sanitizeText } from "../terminal/sanitize.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";

type Judged = Pick<WorkRequest, "status" | "result" | "verdict">;

/** True when nothing will happen to the request any more. */
export function hasEnded(request: Pick<WorkRequest, "status">): boolean {
  return request.status === "completed" || request.status === "aborted";
}

/** The exit code that tells what became of a request; success for one that goes on, or whose failure is not fatal. */
export function exitCodeOfRequest(request: Judged): ExitCode {
  if (request.status === "aborted") return EXIT.aborted;
  if (request.verdict?.fatal === false) return EXIT.success;
  // many that fail alike are not the work's fault, although each of them failed
  if (request.verdict?.kind === "infrastructure") return EXIT.infrastructure;
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
export function exitCodeOfRequests(requests: Iterable<Judged>): ExitCode {
  const codes = new Set([...requests].map(exitCodeOfRequest));
  return BY_WEIGHT.find((code) => codes.has(code)) ?? EXIT.success;
}

/** What is said of a failure that is not fatal, so that nobody takes it for a success; undefined where there is nothing to say. */
export function warningOf(request: WorkRequest): string | undefined {
  const { verdict, result, id } = request;
  if (verdict === null || verdict.fatal || request.status !== "completed") return undefined;
  if (result !== "failure" && result !== "error") return undefined;
  const what = verdict.kind.replaceAll("_", " ");
  return `warning: #${id} failed, but this does not count (${what}, fail_on ${verdict.fail_on ?? "regression"}): ${sanitizeText(verdict.because)}`;
}
