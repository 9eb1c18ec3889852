import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timestamp } from "../../src/domain/clock.ts";
import { RESULTS } from "../../src/domain/work-request.ts";
import { isFailure, isSuccess, keptEntries, newestFirst, type RetainedEntry } from "../../src/history/retention.ts";

const NOW_MS = Date.UTC(2026, 10, 22);
const DAY_MS = 86_400_000;

const histories = fc
  .array(fc.record({ daysAgo: fc.integer({ min: 0, max: 40 }), result: fc.constantFrom(...RESULTS) }), {
    maxLength: 40,
  })
  .map((items): RetainedEntry[] =>
    items.map(({ daysAgo, result }, index) => ({
      id: index + 1,
      completed_at: timestamp(NOW_MS - daysAgo * DAY_MS),
      result,
    })),
  );

const rules = fc.record(
  { old_items_to_keep: fc.integer({ min: 0, max: 10 }), max_age_days: fc.integer({ min: 0, max: 40 }) },
  { requiredKeys: ["old_items_to_keep"] },
);

const now = timestamp(NOW_MS);

function entry(id: number, daysAgo: number, result: RetainedEntry["result"] = "success"): RetainedEntry {
  return { id, completed_at: timestamp(NOW_MS - daysAgo * DAY_MS), result };
}

describe("which entries of a key are kept", () => {
  it("keeps the newest five of ten successes", () => {
    const entries = Array.from({ length: 10 }, (_, index) => entry(index + 1, 10 - index));
    expect([...keptEntries(entries, { old_items_to_keep: 5 }, now)].sort((a, b) => a - b)).toEqual([6, 7, 8, 9, 10]);
  });

  it("keeps an old success and an old failure beside them", () => {
    const entries = [entry(1, 30), entry(2, 29, "error"), entry(3, 3, "skipped"), entry(4, 2, "skipped")];
    expect(keptEntries(entries, { old_items_to_keep: 1 }, now)).toEqual(new Set([1, 2, 4]));
  });

  it("lets the age limit take what the number would keep, but for the last success and failure", () => {
    const entries = [entry(1, 40), entry(2, 39), entry(3, 38, "failure"), entry(4, 37, "skipped")];
    expect(keptEntries(entries, { old_items_to_keep: 200, max_age_days: 30 }, now)).toEqual(new Set([2, 3]));
  });

  it("takes the one that came in later where two ended at the same moment", () => {
    expect(keptEntries([entry(1, 5), entry(2, 5)], { old_items_to_keep: 1 }, now)).toEqual(new Set([2]));
  });

  it("always keeps the newest success and the newest failure", () => {
    fc.assert(
      fc.property(histories, rules, (entries, rule) => {
        const kept = keptEntries(entries, rule, now);
        const sorted = entries.toSorted(newestFirst);
        for (const last of [sorted.find(isSuccess), sorted.find(isFailure)]) {
          expect(last === undefined || kept.has(last.id)).toBe(true);
        }
      }),
    );
  });

  it("keeps at most the number and two, and with no age limit at least the number", () => {
    fc.assert(
      fc.property(histories, rules, (entries, rule) => {
        const kept = keptEntries(entries, rule, now);
        expect(kept.size).toBeLessThanOrEqual(rule.old_items_to_keep + 2);
        const atLeast = rule.max_age_days === undefined ? Math.min(rule.old_items_to_keep, entries.length) : 0;
        expect(kept.size).toBeGreaterThanOrEqual(atLeast);
      }),
    );
  });

  it("changes nothing when it is applied to what it kept", () => {
    fc.assert(
      fc.property(histories, rules, (entries, rule) => {
        const kept = keptEntries(entries, rule, now);
        const left = entries.filter(({ id }) => kept.has(id));
        expect(keptEntries(left, rule, now)).toEqual(kept);
      }),
    );
  });

  it("keeps more, never less, when the number or the age grows", () => {
    fc.assert(
      fc.property(histories, rules, (entries, rule) => {
        const kept = keptEntries(entries, rule, now);
        const wider = {
          old_items_to_keep: rule.old_items_to_keep + 1,
          ...(rule.max_age_days !== undefined && { max_age_days: rule.max_age_days + 1 }),
        };
        expect(kept.isSubsetOf(keptEntries(entries, wider, now))).toBe(true);
      }),
    );
  });

  it("does not depend on the order in which the entries are given", () => {
    fc.assert(
      fc.property(histories, rules, (entries, rule) => {
        expect(keptEntries(entries.toReversed(), rule, now)).toEqual(keptEntries(entries, rule, now));
      }),
    );
  });
});
