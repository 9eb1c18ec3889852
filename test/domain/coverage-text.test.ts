import { describe, expect, it } from "vitest";
import { coverageText } from "../../src/domain/coverage-text.ts";

describe("what the share of runs below their p95 means", () => {
  it.each([
    [0.5, 19, "too few runs to judge by"],
    [0.9, 20, "as it should be"],
    [0.9, 1000, "less often than it should be"],
    [0.945, 100_000, "as it should be"],
    [1, 20, "as it should be"],
    [1, 1000, "more often than it need be"],
  ])("%s of %s runs: %s", (share, runs, text) => {
    expect(coverageText(share, runs)).toBe(text);
  });
});
