import { expect, it } from "vitest";
import { inTurns } from "../../src/server/loop/in-turns.ts";

/** A calculation of five steps, each of which takes so long; others note when they were let on. */
async function calculate(stepMs: number) {
  let nowMs = 0;
  const order: string[] = [];
  function* steps(): Generator<undefined, number> {
    for (let step = 1; step <= 5; step += 1) {
      nowMs += stepMs;
      order.push(`step ${step}`);
      yield;
    }
    return 5;
  }
  setImmediate(() => void order.push("others"));
  const result = await inTurns(steps(), { nowMs: () => nowMs, monotonicMs: () => nowMs });
  await new Promise((resolve) => setImmediate(resolve));
  return { result, order };
}

it("a long calculation lets others go on in between, a short one is done at once", async () => {
  const short = await calculate(0.5);
  expect(short).toEqual({
    result: 5,
    order: ["step 1", "step 2", "step 3", "step 4", "step 5", "others"],
  });
  const long = await calculate(3);
  expect(long.result).toBe(5);
  expect(long.order).toEqual(["step 1", "step 2", "others", "step 3", "step 4", "step 5"]);
});
