import { describe, expect, it } from "vitest";
import { errorLines } from "../../src/verdict/error-lines.ts";

/** What real programs wrote when they failed, and the line that tells why. */
const LOGS: Record<string, { written: string; best: string; told?: string[] }> = {
  "Python, with a cause": {
    written: `Traceback (most recent call last):
  File "/tmp/h1/logs/chain.py", line 7, in main
    load("nope.json")
  File "/tmp/h1/logs/chain.py", line 3, in load
    with open(path) as f:
         ^^^^^^^^^^
FileNotFoundError: [Errno 2] No such file or directory: 'nope.json'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/tmp/h1/logs/chain.py", line 10, in <module>
    main()
  File "/tmp/h1/logs/chain.py", line 9, in main
    raise RuntimeError("cannot load the settings") from error
RuntimeError: cannot load the settings`,
    best: "RuntimeError: cannot load the settings",
    told: [
      "FileNotFoundError: [Errno 2] No such file or directory: 'nope.json'",
      "RuntimeError: cannot load the settings",
    ],
  },
  "Python that cannot be parsed": {
    written: `  File "/tmp/h1/logs/error.py", line 1
    print(error
         ^
SyntaxError: '(' was never closed`,
    best: "SyntaxError: '(' was never closed",
    told: ["SyntaxError: '(' was never closed"],
  },
  "an exception of Python that is not called an error": {
    written: `Traceback (most recent call last):
  File "/srv/a.py", line 3, in <module>
    raise Stop("not today")
__main__.Stop: not today`,
    best: "__main__.Stop: not today",
  },
  "Python's unittest": {
    written: `F
======================================================================
FAIL: test_sum (__main__.T.test_sum)
----------------------------------------------------------------------
Traceback (most recent call last):
  File "/tmp/h1/logs/t.py", line 4, in test_sum
    self.assertEqual(1 + 1, 3)
AssertionError: 2 != 3

----------------------------------------------------------------------
Ran 1 test in 0.000s

FAILED (failures=1)`,
    best: "AssertionError: 2 != 3",
  },
  "a Python program under make": {
    written: `python3 chain.py
Traceback (most recent call last):
  File "/tmp/h1/logs/chain.py", line 12, in <module>
    raise RuntimeError("cannot load the settings")
RuntimeError: cannot load the settings
make: *** [Makefile:2: all] Error 1`,
    best: "RuntimeError: cannot load the settings",
    told: ["RuntimeError: cannot load the settings"],
  },
  Node: {
    written: `file:///tmp/h1/logs/a.mjs:2
  throw new TypeError("cannot read the list of workers");
        ^

TypeError: cannot read the list of workers
    at load (file:///tmp/h1/logs/a.mjs:2:9)
    at file:///tmp/h1/logs/a.mjs:4:1
    at ModuleJob.run (node:internal/modules/esm/module_job:325:25)

Node.js v20.20.2`,
    best: "TypeError: cannot read the list of workers",
    told: ["TypeError: cannot read the list of workers"],
  },
  "Java, with a cause": {
    written: `Exception in thread "main" java.lang.IllegalStateException: cannot load the settings
	at A.load(A.java:2)
	at A.main(A.java:3)
Caused by: java.lang.NumberFormatException: For input string: "x1"
	at java.base/java.lang.NumberFormatException.forInputString(NumberFormatException.java:67)
	at A.load(A.java:2)
	... 13 more`,
    best: 'Caused by: java.lang.NumberFormatException: For input string: "x1"',
  },
  Rust: {
    written: `thread 'main' (6213) panicked at a.rs:3:21:
index out of bounds: the len is 0 but the index is 3
stack backtrace:
   0: __rustc::rust_begin_unwind
             at /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/std/src/panicking.rs:689:5
   1: core::panicking::panic_fmt
             at /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/panicking.rs:80:14
note: Some details are omitted, run with \`RUST_BACKTRACE=full\` for a verbose backtrace.`,
    best: "index out of bounds: the len is 0 but the index is 3",
    told: ["index out of bounds: the len is 0 but the index is 3"],
  },
  "C++": {
    written: `terminate called after throwing an instance of 'std::runtime_error'
  what():  the tree is empty`,
    best: "what():  the tree is empty",
  },
  "a C compiler": {
    written: `a.c: In function ‘main’:
a.c:2:11: error: ‘y’ undeclared (first use in this function)
    2 |   int x = y;
      |           ^
a.c:3:10: error: ‘z’ undeclared (first use in this function)
    3 |   return z;
      |          ^`,
    best: "a.c:2:11: error: ‘y’ undeclared (first use in this function)",
  },
  "a linker": {
    written: `/usr/bin/ld: /tmp/ccmPusYn.o: in function \`main':
b.c:(.text+0x5): undefined reference to \`f'
collect2: error: ld returned 1 exit status`,
    best: "b.c:(.text+0x5): undefined reference to `f'",
  },
  Go: {
    written: `panic: runtime error: index out of range [3] with length 0

goroutine 1 [running]:
main.main()
	/srv/errors/main.go:5 +0x1d
exit status 2`,
    best: "panic: runtime error: index out of range [3] with length 0",
    told: ["panic: runtime error: index out of range [3] with length 0"],
  },
  Perl: { written: "no such key: x at a.pl line 2.", best: "no such key: x at a.pl line 2." },
  "a shell": {
    written: "bash: line 1: frobnicate: command not found",
    best: "bash: line 1: frobnicate: command not found",
  },
};

describe("the line that tells why a run failed", () => {
  it.each(Object.keys(LOGS))("is found in what was written by %s", (name) => {
    const { written, best, told } = LOGS[name]!; // one of the keys
    const found = errorLines(written.split("\n").map((text) => ({ stream: "stderr", text })));
    expect(found.best).toBe(best);
    expect(found.told).toEqual(told ?? found.told);
  });

  it("is not lost when standard output gets between the lines of an exception", () => {
    const { best } = errorLines([
      { stream: "stderr", text: "Traceback (most recent call last):" },
      { stream: "stdout", text: "error: of something else" },
      { stream: "stderr", text: '  File "a.py", line 1, in <module>' },
      { stream: "stderr", text: "KeyError: 'x'" },
    ]);
    expect(best).toBe("KeyError: 'x'");
  });

  it("is the first of the last lines where nothing is called an error", () => {
    const lines = ["one", "two", "three", "four"].map((text) => ({ stream: "stdout" as const, text }));
    expect(errorLines(lines)).toEqual({ told: ["two", "three", "four"], best: "two" });
    expect(errorLines([])).toEqual({ told: [], best: undefined });
  });
});
