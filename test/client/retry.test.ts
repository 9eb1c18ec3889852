import * as fc from "fast-check";
import { expect, test } from "vitest";
import { backoffMs, networkCode, wasNeverSent } from "../../src/client/retry.ts";

test("the delay is never more than its ceiling, never less than a tenth of it, and never shrinks its ceiling", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (n, random) => {
        const backoff = { baseMs: 100, maxMs: 2000 };
        const ceiling = Math.min(2000, 100 * 2 ** (n - 1));
        const delay = backoffMs(n, backoff, () => random);
        expect(delay).toBeGreaterThanOrEqual(ceiling / 10);
        expect(delay).toBeLessThanOrEqual(ceiling);
      },
    ),
  );
});

test("a refused connection is known never to have carried the call, a reset one is not", () => {
  expect(wasNeverSent({ code: "ECONNREFUSED" })).toBe(true);
  expect(wasNeverSent({ code: "ECONNRESET" })).toBe(false);
  expect(networkCode(new AggregateError([{ code: "ECONNREFUSED" }]))).toBe("ECONNREFUSED");
  expect(networkCode("text")).toBeUndefined();
});
