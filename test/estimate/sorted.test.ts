import { array, assert, constantFrom, double, oneof, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { sorted } from "../../src/estimate/sorted.ts";

/** Errors as they are: spread out, all alike, or all alike but for a few far away. */
const errors = oneof(
  array(double({ min: -30, max: 30, noNaN: true }), { minLength: 1, maxLength: 300 }),
  array(constantFrom(0, 0.001, -0.001, 900), { minLength: 1, maxLength: 300 }),
  array(double({ min: 0, max: 1e-5, noNaN: true }), { minLength: 1, maxLength: 300 }),
);

describe("sorting values with their weights", () => {
  test("gives them ascending, to a millionth, each with its own weight", () => {
    assert(
      property(errors, (values) => {
        const weights = values.map((_, place) => place + 1);
        const result = sorted([...values], weights, values.length);
        const steps = result.values.slice(1, result.size).map((value, i) => value - result.values[i]!); // one fewer
        expect(Math.min(1, ...steps)).toBeGreaterThan(-1e-6);
        expect(result.weights.map((place) => values[place - 1])).toEqual(result.values); // weights are places
        expect(new Set(result.weights).size).toBe(values.length);
      }),
    );
  });
});
