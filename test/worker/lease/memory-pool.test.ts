import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RunId } from "../../../src/domain/ids.ts";
import { MemoryPool } from "../../../src/worker/lease/memory-pool.ts";

const [a, b] = ["1.1", "2.1"] as RunId[]; // as the server makes them

describe("the worker's memory", () => {
  it("that nobody was promised goes to a run that wants more, until none is left", () => {
    const pool = new MemoryPool(1000);
    pool.promise(a!, 300);
    pool.promise(b!, 300);
    expect(pool.raise(a!, 500)).toBe(500);
    expect(pool.raise(b!, 900)).toBe(500);
    expect(pool.raise(a!, 600)).toBeUndefined();
    pool.release(b!);
    expect(pool.raise(a!, 600)).toBe(600);
  });

  it("is never given beyond what was demanded as a maximum", () => {
    const pool = new MemoryPool(1000);
    pool.promise(a!, 300);
    expect(pool.raise(a!, 500, 400)).toBe(400);
    expect(pool.raise(a!, 500, 400)).toBeUndefined();
  });

  it("is never promised twice, whatever is asked in whatever order", () => {
    const step = fc.record({ run: fc.constantFrom("1.1", "2.1", "3.1"), bytes: fc.nat(2000), end: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const pool = new MemoryPool(1000);
        const limits = new Map<string, number>();
        for (const { run, bytes, end } of steps) {
          const id = run as RunId; // one of the three
          if (end) {
            pool.release(id);
            limits.delete(run);
          } else if (limits.has(run)) {
            limits.set(run, pool.raise(id, bytes) ?? limits.get(run)!); // it has one
          } else if (bytes <= pool.freeBytes) {
            pool.promise(id, bytes);
            limits.set(run, bytes);
          }
          const sum = [...limits.values()].reduce((total, limit) => total + limit, 0);
          expect(sum).toBeLessThanOrEqual(1000);
          expect(pool.freeBytes).toBe(1000 - sum);
        }
      }),
    );
  });
});
