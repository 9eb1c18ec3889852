import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
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

/** The output of a command, handed on as it comes. */
export class OutputFlow {
  readonly #streams: Readable[] = [];
  #openCount = 0;
  #onClosed: (() => void) | undefined;

  constructor(child: ChildProcess, output: RunSpec["output"]) {
    if (output === "inherit") return;
    this.#take(child.stdout, (chunk) => {
      output.onOutput("stdout", chunk);
    });
    this.#take(child.stderr, (chunk) => {
      output.onOutput("stderr", chunk);
    });
  }

  /**
   * Waits for the rest of the output. All processes of the run are dead by then, so it is there already;
   * unless somebody else was handed the pipe and holds it open.
   */
  async drained(): Promise<void> {
    if (this.#openCount === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#onClosed = resolve;
      timer = setTimeout(resolve, DRAIN_MS);
    });
    clearTimeout(timer);
    for (const stream of this.#streams) stream.destroy();
  }

  #take(stream: Readable | null, onChunk: (chunk: Buffer) => void): void {
    if (stream === null) return;
    this.#streams.push(stream);
    this.#openCount += 1;
    stream.on("data", onChunk);
    stream.once("close", () => {
      this.#openCount -= 1;
      if (this.#openCount === 0) this.#onClosed?.();
    });
  }
}
