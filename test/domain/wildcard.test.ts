import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchesWildcard } from "../../src/domain/wildcard.ts";

describe("a pattern with stars", () => {
  it.each([
    ["*", ""],
    ["*", "dist/a.deb"],
    ["*.deb", "dist/a.deb"],
    ["dist/*", "dist/sub/a"],
    ["a*b*c", "a-b-b-c"],
    ["a.c", "a.c"],
    ["", ""],
  ])("%j matches %j", (pattern, text) => {
    expect(matchesWildcard(pattern, text)).toBe(true);
  });

  it.each([
    ["", "a"],
    ["a", ""],
    ["*.deb", "a.debs"],
    ["a.c", "abc"],
    ["dist/*", "dist"],
    ["a*b", "a-b-c"],
  ])("%j does not match %j", (pattern, text) => {
    expect(matchesWildcard(pattern, text)).toBe(false);
  });

  it("matches what the same regular expression does", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "*", "."), maxLength: 12 });
    fc.assert(
      fc.property(text, text, (pattern, subject) => {
        const expression = pattern.replaceAll(".", String.raw`\.`).replaceAll("*", ".*");
        expect(matchesWildcard(pattern, subject)).toBe(new RegExp(`^${expression}$`, "s").test(subject));
      }),
    );
  });

  it("is not held up by a pattern made for that", () => {
    expect(matchesWildcard("*a".repeat(500), "a".repeat(4000) + "b")).toBe(false);
  });
});
