import { describe, expect, it } from "vitest";
import type { FitAnswer } from "../../../src/contract/answers.ts";
import { expectedText } from "../../../src/cli/terminal/expected-text.ts";
import { renderFits } from "../../../src/cli/terminal/fit-view.ts";
import { renderWhy } from "../../../src/cli/terminal/why-view.ts";
import { ago, allocationOf, GIB, requestOf, terminal, workerNameOf } from "./records.ts";

const range = (p50: number, p90: number) => ({ p50: ago(-p50), p90: ago(-p90) });

describe("expected times", () => {
  it("are ranges from the median to what nine of ten keep to", () => {
    const waits = { start: range(480, 780), end: range(1200, 2400) };
    expect(expectedText(waits, terminal())).toBe("starts in 8–13m, ends in 20–40m");
    expect(expectedText({ start: range(0, 0), end: range(5, 9) }, terminal())).toBe("starts now, ends in 5–9s");
    expect(expectedText({ end: range(30, 90), overdue_seconds: 40 }, terminal())).toBe("late by 40s; ends in 30–90s");
  });

  it("stand in the answer of why", () => {
    const work_request = requestOf(7, { expected: { end: range(300, 600) } });
    const why = {
      work_request,
      sentence: "runs",
      placement: null,
      candidates: [],
      candidate_count: 0,
      failure: null,
      events: [],
    };
    expect(renderWhy(why, terminal())).toContain("\n  expect ends in 5–10m\n");
  });
});

describe("the view of fit", () => {
  it("says of each request whether it could start, what it needs, when, and where", () => {
    const key = { name: "", task_name: "build", subject: "hello", context: "" };
    const answer: FitAnswer = {
      fits: [
        {
          ...key,
          errors: [],
          allocation: allocationOf(2 * GIB),
          candidates: [{ worker_name: workerNameOf("w-1"), verdict: "fits" }],
          candidate_count: 1,
          expected: { start: range(0, 0), end: range(60, 90) },
        },
        { ...key, errors: [{ code: "c", message: "no" }], allocation: null, candidates: [], candidate_count: 0 },
        {
          ...key,
          errors: [],
          waiting: { code: "no_room", message: "w-1 is full" },
          allocation: allocationOf(2 * GIB),
          candidates: [],
          candidate_count: 0,
        },
      ],
      left_out: 3,
    };
    const text = renderFits(answer, terminal());
    expect(text).toContain("build hello could start now.\n  expect starts now, ends in 60–90s\n  needs  2.0G memory");
    expect(text).toMatch(/w-1 +fits/);
    expect(text).toContain("build hello could not be run: no\n");
    expect(text).toContain("build hello would wait: w-1 is full.\n");
    expect(text).toContain("3 more were not looked at\n");
  });
});
