import { describe, expect, it } from "vitest";
import type { RunId, WorkRequestId } from "../../src/domain/ids.ts";
import { farmProblem, type AlikeFailure } from "../../src/verdict/farm.ts";
import { suspectWorker, type WorkerRun } from "../../src/verdict/suspect-worker.ts";

describe("failures alike", () => {
  const at = (subject: string, minute: number): AlikeFailure => ({
    task_name: "build",
    subject,
    completed_at: `2026-11-22T12:${String(minute).padStart(2, "0")}:00.000Z`,
  });

  it("in five different subjects within an hour point at the farm", () => {
    const alike = ["a", "b", "c", "d", "e"].map((subject, index) => at(subject, index));
    expect(farmProblem(alike)).toMatchObject({ subjects: 5, since: alike[0]!.completed_at });
    expect(farmProblem(alike.slice(1))).toBeUndefined();
  });

  it("in one subject, or that were there before, do not", () => {
    expect(farmProblem(Array.from({ length: 9 }, (_, index) => at("a", index)))).toBeUndefined();
    const old: AlikeFailure = { task_name: "build", subject: "z", completed_at: "2026-11-20T12:00:00.000Z" };
    expect(
      farmProblem([old, ...["a", "b", "c", "d", "e"].map((subject, index) => at(subject, index))]),
    ).toBeUndefined();
  });
});

describe("a worker", () => {
  const run = (request: number, more: Partial<WorkerRun> = {}): WorkerRun => ({
    run_id: `${request}.1` as RunId, // the form of one
    work_request_id: request as WorkRequestId, // a number from 1
    hasPassed: false,
    hasPassedElsewhere: true,
    ...more,
  });

  it("that fails three requests which pass elsewhere is named with them", () => {
    expect(suspectWorker([run(3), run(2), run(1)])).toEqual({
      because: "its last 3 runs failed; 3 of their requests passed on other workers",
      evidence: ["3.1", "2.1", "1.1"],
      isStrong: false,
    });
  });

  it("that has passed something since, or whose requests fail elsewhere too, is not", () => {
    expect(suspectWorker([run(4, { hasPassed: true }), run(3), run(2), run(1)])).toBeUndefined();
    expect(suspectWorker([run(3), run(2, { hasPassedElsewhere: false }), run(1)])).toBeUndefined();
    expect(suspectWorker([run(1), run(1), run(1)])).toBeUndefined();
  });
});
