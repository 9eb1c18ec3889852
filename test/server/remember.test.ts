import { expect, it } from "vitest";
import { remembering } from "../../src/server/loop/remember.ts";

/* What pages remember of what is dear to make. */

it("what was made is given for a while, each name its own, and what failed is made again", async () => {
  let nowMs = 0;
  let made = 0;
  const remembered = remembering<number>({ monotonicMs: () => nowMs }, 1000);
  const make = async () => (made += 1);
  expect([await remembered("a", make), await remembered("a", make), await remembered("b", make)]).toEqual([1, 1, 2]);
  nowMs = 999;
  expect(await remembered("a", make)).toBe(1);
  nowMs = 1000;
  expect(await remembered("a", make)).toBe(3);
  await expect(remembered("c", () => Promise.reject(new Error("away")))).rejects.toThrow("away");
  expect(await remembered("c", make)).toBe(4);
});
