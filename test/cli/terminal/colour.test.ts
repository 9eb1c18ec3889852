import { describe, expect, it } from "vitest";
import { hasColour, paint } from "../../../src/cli/terminal/colour.ts";
import { hyperlink } from "../../../src/cli/terminal/hyperlink.ts";
import { surfaceOf } from "../../../src/cli/terminal/surface.ts";
import { NOW_MS } from "./records.ts";

describe("colour", () => {
  it.each([
    ["auto", {}, true, true],
    ["auto", {}, false, false],
    ["always", { NO_COLOR: "1", TERM: "dumb" }, false, true],
    ["never", { FORCE_COLOR: "1" }, true, false],
    ["auto", { NO_COLOR: "1" }, true, false],
    ["auto", { NO_COLOR: "" }, true, true],
    ["auto", { NO_COLOR: "1", FORCE_COLOR: "1" }, true, false],
    ["auto", { TERM: "dumb" }, true, false],
    ["auto", { TERM: "dumb", FORCE_COLOR: "1" }, true, true],
    ["auto", { FORCE_COLOR: "1" }, false, true],
    ["auto", { FORCE_COLOR: "0" }, false, false],
    ["auto", { CLICOLOR_FORCE: "1" }, false, true],
    ["auto", { CLICOLOR_FORCE: "0" }, false, false],
  ] as const)("%s with %j on a terminal (%s): %s", (choice, env, isTty, expected) => {
    expect(hasColour(choice, env, isTty)).toBe(expected);
  });

  it("is put around what it means, also where the stream is no terminal", () => {
    expect(paint({ hasColour: true }, "failed", "x")).toBe("\u001b[31mx\u001b[39m");
    expect(paint({ hasColour: true }, "failed", "")).toBe("");
    expect(paint({ hasColour: false }, "failed", "x")).toBe("x");
  });
});

describe("what is known of a stream", () => {
  it.each([
    [{ isTTY: true, columns: 132 }, {}, 132],
    [{ isTTY: true }, { COLUMNS: "70" }, 70],
    [{ isTTY: true, columns: 0 }, { COLUMNS: "x" }, 80],
    [{}, {}, 80],
    [{ columns: 3 }, {}, 20],
  ])("%j with %j is %i columns wide", (stream, env, columns) => {
    expect(surfaceOf(stream, env, NOW_MS).columns).toBe(columns);
  });

  it.each([
    [{}, true],
    [{ LANG: "C" }, false],
    [{ LANG: "de_DE.UTF-8" }, true],
    [{ LANG: "de_DE.UTF-8", LC_ALL: "POSIX" }, false],
    [{ LANG: "C", LC_CTYPE: "en_GB.utf8", LC_ALL: "" }, true],
  ])("with the locale %j has Unicode: %s", (env, expected) => {
    expect(surfaceOf({ isTTY: true }, env, NOW_MS).hasUnicode).toBe(expected);
    expect(surfaceOf({ isTTY: true }, env, NOW_MS, { ascii: true }).hasUnicode).toBe(false);
  });

  it("has links on a terminal that is not dumb", () => {
    expect([
      surfaceOf({ isTTY: true }, { TERM: "xterm" }, NOW_MS).hasLinks,
      surfaceOf({ isTTY: true }, { TERM: "dumb" }, NOW_MS).hasLinks,
      surfaceOf({}, {}, NOW_MS).hasLinks,
    ]).toEqual([true, false, false]);
  });
});

describe("a link", () => {
  it("is made of http addresses only, and holds no control characters", () => {
    const links = { hasLinks: true };
    expect(hyperlink(links, "page", "http://x.example/r/1")).toBe(
      "\u001b]8;;http://x.example/r/1\u001b\\page\u001b]8;;\u001b\\",
    );
    expect(hyperlink(links, "page", "http://x.example/a\u001b]b\u0007c")).toBe(
      "\u001b]8;;http://x.example/a%1B]b%07c\u001b\\page\u001b]8;;\u001b\\",
    );
    expect(hyperlink(links, "page", "javascript:alert(1)")).toBe("page");
    expect(hyperlink(links, "page", "nowhere")).toBe("page");
    expect(hyperlink({ hasLinks: false }, "page", "http://x.example/")).toBe("page");
  });
});
