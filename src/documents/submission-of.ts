import type { Place } from "./place.ts";
import type { ParsedText } from "./read-text.ts";

/** A submission that was read, and where in its text each part stands. */
export type ReadSubmission = {
  ok: true;
  /** What is submitted; nothing of it has been checked but its form. */
  body: { work_requests: unknown[]; [field: string]: unknown };
  /** The place of a path such as `["work_requests", 3, "task_name"]`, or of the nearest part that holds it. */
  placeOf(path: readonly (string | number)[]): Promise<Place | undefined>;
};

/** One request, several, a list, or `{ work_requests: […] }` as a submission; `found`: what stands there instead, such as `a string`. */
export function submissionOf(parsed: ParsedText): ReadSubmission | { ok: false; found: string } {
  const [first] = parsed.documents;
  if (parsed.documents.length > 1) {
    return {
      ok: true,
      body: { work_requests: parsed.documents },
      placeOf: async ([, index, ...rest]) => (typeof index === "number" ? parsed.placeOf(index, rest) : undefined),
    };
  }
  if (Array.isArray(first)) {
    return { ok: true, body: { work_requests: first }, placeOf: ([, ...rest]) => parsed.placeOf(0, rest) };
  }
  if (typeof first !== "object" || first === null) {
    return { ok: false, found: first === undefined || first === null ? "nothing" : `a ${typeof first}` };
  }
  if ("work_requests" in first && Array.isArray(first.work_requests)) {
    const body = { ...first, work_requests: first.work_requests as unknown[] }; // the server looks at its items
    return { ok: true, body, placeOf: (path) => parsed.placeOf(0, path) };
  }
  return { ok: true, body: { work_requests: [first] }, placeOf: ([, , ...rest]) => parsed.placeOf(0, rest) };
}
