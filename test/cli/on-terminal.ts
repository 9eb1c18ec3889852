import { spawn } from "node:child_process";
import { once } from "node:events";
import { onTestFinished } from "vitest";
import { ALMANAC, type Home } from "./almanac.ts";

/** A command on a terminal of its own, of 24 lines and 100 columns, without colours. */
export type OnTerminal = {
  /** Everything that was written to it so far. */
  readonly written: () => string;
  /** Waits until the pattern is found in what was written after the last one. */
  readonly sees: (pattern: RegExp) => Promise<void>;
  /** Types keys; `\u0003` is Ctrl-C. */
  readonly type: (keys: string) => void;
  /** Its exit code, once it has ended. */
  readonly code: Promise<number>;
};

/** Written by the shell around the command, with its exit code. */
const ENDED = "\u0001ended ";

/** Starts a command of the home on a terminal, as util-linux' `script` makes one. */
export function startOnTerminal(home: Home, args: readonly string[]): OnTerminal {
  const words = [ALMANAC, ...args].map((word) => `'${word}'`).join(" ");
  const child = spawn(
    "script",
    ["-qefc", `trap : INT; stty rows 24 cols 100; ${words}; printf '${ENDED}%s\\n' $?`, "/dev/null"],
    {
      env: {
        ...process.env,
        ALMANAC_HOME: home.path,
        LANG: "C.UTF-8",
        LC_ALL: "C.UTF-8",
        NO_COLOR: "1",
        TERM: "xterm",
      },
      stdio: ["pipe", "pipe", "inherit"],
    },
  );
  onTestFinished(() => void child.kill());
  let written = "";
  let seen = 0;
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    written += chunk;
    // `script` goes on as long as it may be typed to
    if (written.includes(ENDED)) child.stdin.end();
  });
  const code = once(child, "close").then(() => Number.parseInt(written.split(ENDED)[1] ?? "", 10));
  return {
    code,
    written: () => written,
    type: (keys) => void child.stdin.write(keys),
    async sees(pattern) {
      // ends when it is found, or with the terminal
      for (;;) {
        const found = pattern.exec(written.slice(seen));
        if (found !== null) {
          seen += found.index + found[0].length;
          return;
        }
        const more = await Promise.race([once(child.stdout, "data").then(() => true), code.then(() => false)]);
        if (!more) throw new Error(`the terminal ended without ${String(pattern)}; it has\n${written}`);
      }
    },
  };
}
