import { expect, it } from "vitest";
import type { WorkerName } from "../../src/domain/ids.ts";
import { spareWorkersSentences } from "../../src/domain/spare-text.ts";
import type { SpareWorkers } from "../../src/domain/waste.ts";

/* How many workers could go, in words. */

const known: SpareWorkers = {
  since: "2026-11-16T00:00:00.000Z",
  until: "2026-11-23T00:00:00.000Z",
  is_cut: false,
  runs: 1234,
  busy_seconds: 400_000,
  workers: 24,
  spare: ["w-03", "w-07", "w-19"] as WorkerName[], // made up here
  fits: 0.97,
};

it("says which, how much of the time the others would have done, and what that counts", () => {
  expect(spareWorkersSentences(known)).toEqual([
    "97 % of the time in which anything ran since 2026-11-16, what was reserved fits 21 of the 24 workers that take work: w-03, w-07 and w-19 could go.",
    "Counted are 1,234 runs in 4d15h in which anything ran: their memory, disk and cores beside those of the workers that stay, 10 % of it left free, because runs leave gaps; and each of them would still find a worker.",
  ]);
});

it("says that too little is known, and names no more than can be read", () => {
  const spare = Array.from({ length: 12 }, (_, index) => `w-${index}` as WorkerName); // as above
  const [first, second, third] = spareWorkersSentences({ ...known, busy_seconds: 3600, is_cut: true, spare });
  expect(first).toMatch(/fits 12 of the 24 .*: w-0, w-1, .*, w-7 and 4 more could go\.$/);
  expect(second).toContain("1,234 runs in 1h00m in which anything ran, the newest:");
  expect(spareWorkersSentences({ ...known, fits: 1 })[0]).toMatch(/^All of the time in which anything ran since/);
  expect(spareWorkersSentences({ ...known, fits: 0.999 })[0]).toMatch(/^More than 99 % of the time/);
  expect(third).toBe("That is less than a day: too little to give a machine away for.");
});

it("says why none could go, and when nothing is known", () => {
  const none = { ...known, spare: [], fits: null };
  const first = (spare: SpareWorkers) => spareWorkersSentences(spare)[0];
  expect(first(none)).toMatch(/^All 24 workers that take work are needed: .* less than 95 % of the time/);
  expect(first({ ...none, workers: 1 })).toBe("One worker takes work, and it cannot go.");
  expect(first({ ...none, workers: 0 })).toBe("No worker takes work now: how many could go is not known.");
  expect(first({ ...none, runs: 0 })).toBe(
    "Nothing was reserved since 2026-11-16: how many workers could go is not known.",
  );
});
