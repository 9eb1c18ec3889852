import * as fc from "fast-check";
import { anyText } from "../../history/any-text.ts";
import { describe, expect, it } from "vitest";
import { logSanitizer, sanitizeText } from "../../../src/cli/terminal/sanitize.ts";
import { displayWidth, pad, truncate } from "../../../src/cli/terminal/width.ts";

// oxlint-disable-next-line no-control-regex -- control characters are what must not be left
const OBEYED = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
// oxlint-disable-next-line no-control-regex -- as above, but for lines, tabs and colours
const OBEYED_IN_LOG = /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

const hostile = fc
  .array(
    fc.oneof(
      anyText,
      fc.constantFrom(
        "\u001b",
        "\u001b[31m",
        "\u001b[2J",
        "\u001b]0;title\u0007",
        "\r",
        "\n",
        "\r\n",
        "\u009b31m",
        "\u202e",
        "a",
      ),
    ),
  )
  .map((parts) => parts.join(""));

describe("text from others", () => {
  it.each([
    ["plain näme 日本 👩‍🔬", "plain näme 日本 👩‍🔬"],
    ["a\u001b[2Jb", "a\\x1b[2Jb"],
    ["a\nb\tc\rd", "a\\nb\\tc\\rd"],
    ["\u009b31m", "\\x9b31m"],
    ["abc\u202etxt.exe", "abc\\u202etxt.exe"],
    ["half \ud800", "half \ufffd"],
  ])("%j becomes %j", (text, expected) => {
    expect(sanitizeText(text)).toBe(expected);
  });

  it("holds nothing that a terminal obeys", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(sanitizeText(text)).not.toMatch(OBEYED);
      }),
    );
  });
});

describe("a log", () => {
  it("keeps lines, tabs and colours, and shows the rest", () => {
    const log = logSanitizer({ keepColours: true });
    expect(log.push("\u001b[1;31merror\u001b[0m\tx\r\n10 %\r20 %\n\u001b[2J\u001b]0;t\u0007")).toBe(
      "\u001b[1;31merror\u001b[0m\tx\n10 %\n20 %\n\\x1b[2J\\x1b]0;t\\x07",
    );
    expect(log.end()).toBe("\u001b[0m");
  });

  it("has no colours where none are wanted", () => {
    const log = logSanitizer({ keepColours: false });
    expect(log.push("\u001b[31mred") + log.end()).toBe("\\x1b[31mred");
  });

  it("reads the same however it was cut into pieces", () => {
    fc.assert(
      fc.property(hostile, fc.array(fc.nat()), fc.boolean(), (text, cuts, keepColours) => {
        const whole = logSanitizer({ keepColours });
        const expected = whole.push(text) + whole.end();
        const pieces = logSanitizer({ keepColours });
        const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
        const parts = places.slice(1).map((to, index) => pieces.push(text.slice(places[index], to)));
        expect(parts.join("") + pieces.end()).toBe(expected);
      }),
    );
  });

  it("holds nothing that a terminal obeys but lines, tabs and colours", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const log = logSanitizer({ keepColours: true });
        const safe = log.push(text) + log.end();
        expect(safe).not.toMatch(OBEYED_IN_LOG);
        // oxlint-disable-next-line no-control-regex -- the escape character is what is looked for
        expect(safe.replaceAll(/\u001b\[[\d;:]*m/g, "")).not.toContain("\u001b");
      }),
    );
  });
});

describe("the width of text", () => {
  it.each([
    ["abc", 3],
    ["日本語", 6],
    ["é", 1],
    ["e\u0301", 1],
    ["👩‍🔬", 2],
    ["✓ ok", 4],
    ["\u001b[31mred\u001b[39m", 3],
    ["ｗｉｄｅ", 8],
    ["한글", 4],
  ])("%s takes %i columns", (text, columns) => {
    expect(displayWidth(text)).toBe(columns);
  });

  it("is what shortening and padding go by", () => {
    expect(truncate("日本語です", 7, "…")).toBe("日本語…");
    expect(truncate("abc", 3, "…")).toBe("abc");
    expect(truncate("abcd", 3, "…")).toBe("ab…");
    expect(pad("日本", 6)).toBe("日本  ");
    expect(pad("日本", 6, "right")).toBe("  日本");
  });

  it("is never exceeded by a shortened text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 20 }), (text, columns) => {
        expect(displayWidth(truncate(text, columns, "…"))).toBeLessThanOrEqual(columns);
      }),
    );
  });
});
