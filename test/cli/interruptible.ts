import { spawn } from "node:child_process";
import { once } from "node:events";
import { ALMANAC, type Home } from "./almanac.ts";

/** Starts a command and collects what it writes. */
export function startInterruptible(home: Home, args: readonly string[]) {
  const child = spawn(ALMANAC, args, {
    env: { ...process.env, ALMANAC_HOME: home.path },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (texts.stdout += String(chunk)));
  child.stderr.on("data", (chunk) => (texts.stderr += String(chunk)));
  return {
    child,
    code: once(child, "close").then(([code]) => code as number | null),
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    async said(pattern: RegExp) {
      while (!pattern.test(texts.stdout + texts.stderr)) {
        await Promise.race([once(child.stdout, "data"), once(child.stderr, "data")]);
      }
    },
  };
}
