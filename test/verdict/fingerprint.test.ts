import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainLine } from "../../src/domain/error-line.ts";
import type { OutputLine } from "../../src/verdict/error-lines.ts";
import { failureMark, isSameFailure } from "../../src/verdict/fingerprint.ts";
import { normaliseLine } from "../../src/verdict/normalise.ts";

const EXIT_2 = { kind: "exited", code: 2 } as const;
const tail = (...texts: string[]): OutputLine[] => texts.map((text) => ({ stream: "stderr", text }));

describe("a line of a log", () => {
  it.each([
    ["2026-11-22T17:16:02.123Z ERROR no route", "<time> ERROR no route"],
    ["[2026-11-22 17:16:02,123] failed", "[<time>] failed"],
    ["Nov 22 17:16:02 host app[123]: failed", "<time> host app[<n>]: failed"],
    ["Sun Nov 22 17:16:02 UTC 2026: failed", "<time>: failed"],
    ["/tmp/build-81/src/main.c:12:3: error: 'x' undeclared", "<path>main.c:<n>:<n>: error: 'x' undeclared"],
    ["src/lib/a.c:12: error", "src<path>a.c:<n>: error"],
    ["../x/y.py, line 7", "<path>y.py, line <n>"],
    [String.raw`C:\Users\me\a.cs(3): error CS0103`, "<path>a.cs(<n>): error CS<n>"],
    ["panic at 0x7ffe12ab", "panic at <hex>"],
    ["commit 9f86d081884c7d65 not found", "commit <hex> not found"],
    ["id 123e4567-e89b-12d3-a456-426614174000 lost", "id <uuid> lost"],
    ["GET https://example.org:8443/a/b?c=1 failed: 503", "GET <url example.org> failed: <n>"],
    ["3 of 1,204 tests failed in 12.34s", "<n> of <n> tests failed in <n>s"],
    ["cannot open tmp.Xa81kQ2b", "cannot open <tmp>"],
    ["a defaced facade", "a defaced facade"],
  ])("%s becomes %s", (line, folded) => {
    expect(normaliseLine(line)).toBe(folded);
  });

  it("loses its colours, control characters and what was overwritten", () => {
    expect(plainLine("\u001b[1;31mError\u001b[0m: no\u0007\n")).toBe("Error: no");
    expect(plainLine("10 %\r50 %\rerror: gone")).toBe("error: gone");
  });

  it("is folded in one pass: a folded line stays as it is", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const once = normaliseLine(plainLine(text));
        expect(normaliseLine(once)).toBe(once);
      }),
    );
  });

  it("is folded quickly, however it was made to look", () => {
    for (const hostile of ["/a".repeat(50_000), "a/".repeat(50_000), "1,".repeat(50_000), "x://".repeat(30_000)]) {
      expect(normaliseLine(plainLine(hostile)).length).toBeLessThanOrEqual(300);
    }
  });
});

describe("the mark of a failure", () => {
  it("is the same when only paths, times and numbers differ", () => {
    const first = failureMark(EXIT_2, tail("cc -c a.c", "/tmp/81/a.c:12: error: foo undeclared"));
    const second = failureMark(EXIT_2, tail("cc -c a.c -O2", "/home/x/a.c:14: error: foo undeclared"));
    expect(first).toMatchObject({ cause: "exit 2", lines: ["<path>a.c:<n>: error: foo undeclared"] });
    expect(first?.first_error).toBe("/tmp/81/a.c:12: error: foo undeclared");
    expect(second?.fingerprint).toBe(first?.fingerprint);
  });

  it("differs by exit code, signal and message", () => {
    const marks = [
      failureMark(EXIT_2, tail("error: a")),
      failureMark({ kind: "exited", code: 3 }, tail("error: a")),
      failureMark({ kind: "signalled", signal: "SIGSEGV" }, tail("error: a")),
      failureMark(EXIT_2, tail("error: b")),
    ];
    expect(new Set(marks.map((mark) => mark?.fingerprint)).size).toBe(4);
  });

  it("takes the last lines of standard error where nothing is called an error", () => {
    const lines: OutputLine[] = [
      { stream: "stderr", text: "one" },
      { stream: "stdout", text: "two" },
      { stream: "stderr", text: "three" },
    ];
    expect(failureMark(EXIT_2, lines)?.lines).toEqual(["one", "three"]);
  });

  it("does not depend on the order in which parallel parts fail", () => {
    const one = failureMark(EXIT_2, tail("error: a", "error: b"));
    const other = failureMark(EXIT_2, tail("error: b", "error: a"));
    expect(one?.fingerprint).toBe(other?.fingerprint);
  });

  it("is not there for what ended well, was aborted or lost", () => {
    expect(failureMark({ kind: "exited", code: 0 }, tail("error: a"))).toBeUndefined();
    expect(failureMark({ kind: "aborted", by: "me" }, [])).toBeUndefined();
    expect(failureMark({ kind: "worker_lost" }, [])).toBeUndefined();
  });

  it("is the same failure when most lines are shared", () => {
    const mark = (...texts: string[]) => failureMark(EXIT_2, tail(...texts))!; // the outcome is a failure
    expect(isSameFailure(mark("error: a", "error: b", "error: c"), mark("error: a", "error: b"))).toBe(true);
    expect(isSameFailure(mark("error: a", "error: b"), mark("error: c", "error: d"))).toBe(false);
    expect(isSameFailure(mark(), mark())).toBe(true);
  });
});
