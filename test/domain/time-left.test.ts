import { expect, it } from "vitest";
import { timestamp } from "../../src/domain/clock.ts";
import type { Run } from "../../src/domain/run.ts";
import { timeLeft } from "../../src/domain/time-left.ts";
import { waitedSeconds, waitsSince } from "../../src/domain/waited.ts";
import type { WorkRequest } from "../../src/domain/work-request.ts";

/* How long requests have waited, and what is left of those that run. */

const at = (seconds: number) => timestamp(Date.UTC(2030, 0, 1) + seconds * 1000);
const nowMs = Date.parse(at(100));

/** Only what is looked at. */
const REQUEST = {
  status: "running",
  created_at: at(0),
  pending_at: at(5),
  started_at: at(10),
  completed_at: null,
  aborted: null,
  run_count: 1,
  estimate: { duration: { p50: 100, p95: 150 } },
} as unknown as WorkRequest; // what the functions do not read is not there

const run = (state: Run["state"], started_at: Run["started_at"]) =>
  ({ state, started_at, estimate: { duration: { p50: 40, p95: 60 } } }) as unknown as Run; // as above

it("says of what runs what was forecast, and by how much it is late", () => {
  const end = { p50: at(120), p90: at(150) };
  expect(timeLeft({ ...REQUEST, expected: { end } }, run("running", at(10)), nowMs)).toEqual({
    low: 20,
    high: 50,
    late: 0,
  });
  const late = timeLeft({ ...REQUEST, expected: { end, overdue_seconds: 30 } }, undefined, nowMs);
  expect(late).toEqual({ low: 20, high: 50, late: 30 });
});

it("says what its estimate leaves where nobody has forecast it: of the run, else of the request", () => {
  expect(timeLeft(REQUEST, undefined, nowMs)).toEqual({ low: 10, high: 60, late: 0 });
  expect(timeLeft(REQUEST, run("running", at(80)), nowMs)).toEqual({ low: 20, high: 40, late: 0 });
  expect(timeLeft(REQUEST, run("running", at(20)), nowMs)).toEqual({ low: -40, high: -20, late: 20 });
  expect(timeLeft(REQUEST, run("assigned", null), nowMs)).toEqual({ low: 40, high: 60, late: 0 });
});

it("says nothing of what does not run, of a second run that is not at hand, and without history", () => {
  expect(timeLeft({ ...REQUEST, status: "pending" }, undefined, nowMs)).toBeUndefined();
  expect(timeLeft({ ...REQUEST, run_count: 2 }, undefined, nowMs)).toBeUndefined();
  expect(timeLeft({ ...REQUEST, estimate: null }, undefined, nowMs)).toBeUndefined();
});

it("counts what a request waited from its submission to its first run, or its end without one", () => {
  expect(waitedSeconds(REQUEST, nowMs)).toBe(10);
  expect(waitedSeconds({ ...REQUEST, started_at: null }, nowMs)).toBe(100);
  expect(waitedSeconds({ ...REQUEST, started_at: null, aborted: { at: at(7), by: "me" } }, nowMs)).toBe(7);
});

it("counts from the end of a run before how long the next one is waited for", () => {
  expect(waitsSince({ created_at: at(0), pending_at: at(90) })).toBe(at(90));
  expect(waitsSince({ created_at: at(0), pending_at: null })).toBe(at(0));
});
