import { describe, expect, it } from "vitest";
import { timestamp } from "../../src/domain/clock.ts";
import { inGoingOrder } from "../../src/domain/going-order.ts";
import type { ExpectedTimes } from "../../src/domain/work-request.ts";

const ending = (minute: number): ExpectedTimes => ({
  end: { p50: timestamp(minute * 60_000), p90: timestamp(minute * 90_000) },
});

const going: { id: number; expected: ExpectedTimes | undefined }[] = [
  { id: 1, expected: undefined },
  { id: 2, expected: ending(9) },
  { id: 3, expected: { ...ending(7), overdue_seconds: 40 } },
  { id: 4, expected: ending(5) },
  { id: 5, expected: { ...ending(8), overdue_seconds: 900 } },
  { id: 6, expected: {} },
];

describe("the order of what runs", () => {
  it("has what is late by most first, then what should end first, and last what is not known", () => {
    expect(inGoingOrder(going, "overdue", (one) => one).map(({ id }) => id)).toEqual([5, 3, 4, 2, 1, 6]);
  });

  it("has what should end first first, late or not", () => {
    expect(inGoingOrder(going, "finishing", (one) => one).map(({ id }) => id)).toEqual([4, 3, 5, 2, 1, 6]);
  });
});
