import type { ChildProcess } from "node:child_process";
import type { RunSpec } from "./run-spec.ts";

/** How the started process ended, or why it could not start. */
export type Exit = { code: number | null; signal: NodeJS.Signals | null } | { failure: Error };

/** How long output may still come from a process that is not the run's (it was handed the pipe). */
const DRAIN_MS = 5000;

/** Resolves when the process has ended, or could not be started. */
export function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once("error", (failure) => {
      resolve({ failure });
    });
    child.once("exit", (code, signal) => {
      resolve({ code, signal });
    });
  });
}

/** Hands output on as it comes; resolves when both streams are closed. */
export async function handOnOutput(child: ChildProcess, output: RunSpec["output"]): Promise<void> {
  if (output === "inherit") return;
  const streams = [["stdout", child.stdout] as const, ["stderr", child.stderr] as const];
  const closed = streams.map(async ([name, stream]) => {
    if (stream === null) return;
    stream.on("data", (chunk: Buffer) => {
      output.onOutput(name, chunk);
    });
    await new Promise((resolve) => {
      stream.once("close", resolve);
    });
  });
  await Promise.all(closed);
}

/**
 * Waits for the rest of the output. All processes of the run are dead by then, so it is there already;
 * unless somebody else was handed the pipe and holds it open.
 */
export async function drained(child: ChildProcess, closed: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DRAIN_MS);
  });
  await Promise.race([closed, late]);
  clearTimeout(timer);
  child.stdout?.destroy();
  child.stderr?.destroy();
}
