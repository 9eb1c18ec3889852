import type { Brand } from "./brand.ts";

/** A work request's number, counted up from 1 by the database. Written `#5122` for people. */
export type WorkRequestId = Brand<number, "WorkRequestId">;

/** One attempt at a work request: the request's number, a dot, and the attempt from 1: `5122.1`. */
export type RunId = Brand<string, "RunId">;

/** A worker's unique name: letters, digits, `.`, `_`, `-`; at most 100 characters. */
export type WorkerName = Brand<string, "WorkerName">;

/** The id of the given attempt (from 1) at a work request. */
export function runId(workRequestId: WorkRequestId, attempt: number): RunId {
  return `${workRequestId}.${attempt}` as RunId; // the one place where the form is made
}

/** The parts of a run's id, or undefined when the text is not one. */
export function parseRunId(text: string): { work_request_id: WorkRequestId; attempt: number } | undefined {
  const match = /^([1-9]\d{0,15})\.([1-9]\d{0,5})$/.exec(text);
  if (match === null) return undefined;
  // Both groups matched, and the form above is what the brands stand for.
  return { work_request_id: Number(match[1]) as WorkRequestId, attempt: Number(match[2]) };
}

/** The request meant by `5122`, `#5122` or `r5122`, or undefined. */
export function parseWorkRequestId(text: string): WorkRequestId | undefined {
  const match = /^[#r]?([1-9]\d{0,15})$/.exec(text);
  return match === null ? undefined : (Number(match[1]) as WorkRequestId); // checked by the expression
}
