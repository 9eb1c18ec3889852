import { parseRunId, parseWorkRequestId, type RunId, type WorkRequestId } from "../domain/ids.ts";
import { usageError } from "./failure.ts";

/** The request meant by `5122`, `#5122` or `r5122`; wrong usage otherwise. */
export function requestIdOf(text: string): WorkRequestId {
  const id = parseWorkRequestId(text);
  if (id === undefined) {
    throw usageError(`"${text}" is not the number of a work request.`, "It looks like 5122, #5122 or r5122.");
  }
  return id;
}

/** The request, and the run where one is meant: `5122` or `5122.1`. */
export function requestOrRunOf(text: string): { id: WorkRequestId; runId?: RunId } {
  const parts = parseRunId(text.replace(/^[#r]/, ""));
  if (parts === undefined) return { id: requestIdOf(text) };
  return { id: parts.work_request_id, runId: text.replace(/^[#r]/, "") as RunId }; // just parsed as one
}
