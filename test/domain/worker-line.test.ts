import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UNSAFE_CHARACTERS } from "../../src/domain/sanitize-text.ts";
import { lineText, LONGEST_LINE } from "../../src/domain/worker-line.ts";

describe("the text of a worker's line", () => {
  it("shows what terminals obey, and ends no line", () => {
    expect(lineText("red \u001b[31mtext\nand \u202eback")).toBe("red \\x1b[31mtext\\nand \\u202eback");
  });

  it("is cut where it is long, never within a character", () => {
    expect(lineText("x".repeat(LONGEST_LINE))).toBe("x".repeat(LONGEST_LINE));
    expect(lineText("x".repeat(LONGEST_LINE + 1))).toBe(`${"x".repeat(LONGEST_LINE - 1)}…`);
    expect(lineText(`${"x".repeat(LONGEST_LINE - 2)}😀😀`)).toBe(`${"x".repeat(LONGEST_LINE - 2)}…`);
  });

  it("is safe, short and its own result, whatever was said", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 700 }), (said) => {
        const text = lineText(said);
        expect(text.length).toBeLessThanOrEqual(LONGEST_LINE);
        expect(text.replaceAll(UNSAFE_CHARACTERS, "")).toBe(text);
        expect(text.isWellFormed()).toBe(true);
        expect(lineText(text)).toBe(text);
      }),
    );
  });
});
