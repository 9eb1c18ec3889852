import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { IgnoredAdvice } from "../../src/domain/advice.ts";
import { isStillIgnored } from "../../src/estimate/ignored-advice.ts";

/* How long an advice stays ignored. */

const KEY = { task_type: "worker", task_name: "build", subject: "", context: "", resource: "memory" } as const;
const ignored: IgnoredAdvice = {
  ...KEY,
  id: 1,
  asked: 1000,
  enough: 100,
  ignored_by: "ada",
  ignored_at: "2026-11-16T00:00:00.000Z",
};

it("an advice stays ignored while both of its amounts are within a quarter of what they were", () => {
  const isIgnored = (asked: number, enough: number) => isStillIgnored({ ...KEY, asked, enough }, ignored);
  expect([isIgnored(1000, 100), isIgnored(1250, 80), isIgnored(800, 125)]).toEqual([true, true, true]);
  expect([isIgnored(1251, 100), isIgnored(1000, 79), isIgnored(1000, 126)]).toEqual([false, false, false]);
});

it("another subject, context, task or resource is another advice", () => {
  const amounts = { asked: 1000, enough: 100 };
  for (const other of [
    { subject: "a" },
    { context: "b" },
    { task_name: "test" },
    { resource: "disk_space" as const },
  ]) {
    expect(isStillIgnored({ ...KEY, ...amounts, ...other }, ignored)).toBe(false);
  }
});

it("what has become another would be another from the other side too, and more so the further it is away", () => {
  const amount = fc.integer({ min: 1, max: 2 ** 40 });
  fc.assert(
    fc.property(amount, amount, amount, (asked, then, further) => {
      const is = (now: number, before: number) =>
        isStillIgnored({ ...KEY, asked: now, enough: 100 }, { ...ignored, asked: before });
      expect(is(asked, then)).toBe(is(then, asked));
      const away = asked >= then ? asked + further : Math.max(1, asked - further);
      expect(is(asked, then) || !is(away, then)).toBe(true);
    }),
  );
});
