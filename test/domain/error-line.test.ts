import { expect, it } from "vitest";
import { namesError, namesWarning } from "../../src/domain/error-line.ts";

it("a line names an error by a word of its own or the name of one, and not by a part of another word", () => {
  for (const line of [
    "hello.c:1:42: error: expected expression before ';' token",
    "TypeError: x is not a function",
    "java.io.IOException: broken pipe",
    "ERROR something",
    "IOError",
  ])
    expect([line, namesError(line)]).toEqual([line, true]);
  for (const line of ["<img src=x onerror=alert(1)>", "0 errors", "window.onerror", "terrorem", "all is well"])
    expect([line, namesError(line)]).toEqual([line, false]);
});

it("a line warns by a word of its own or the name of a warning, and not by a count of them", () => {
  for (const line of [
    "hello.c:3:7: warning: unused variable 'x' [-Wunused-variable]",
    "t.py:2: DeprecationWarning: use something else",
    "WARN  [org.app] slow",
    "W: GPG error",
    "npm warn deprecated left-pad@1.3.0",
  ])
    expect([line, namesWarning(line)]).toEqual([line, true]);
  for (const line of ["2 warnings generated.", "(0 warnings)", "finished with no warnings", "prewarned", "error: no"])
    expect([line, namesWarning(line)]).toEqual([line, false]);
});
