import process from "node:process";
import { Worker } from "node:worker_threads";
import type { ServerAnswer, ServerCall, ServerRunLimits } from "../define-task.ts";
import type { TaskAnswer } from "../faults.ts";

/** Most memory that the code of one `server` task may use, MiB. */
const MAX_HEAP_MIB = 1024;
/** The longest time that a timer takes, milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Runs one request of a `server` task in a thread of its own; never rejects. */
export function runOnServer(
  file: string,
  call: ServerCall,
  { limitMs, signal }: ServerRunLimits,
): Promise<ServerAnswer> {
  if (signal.aborted) return Promise.resolve({ ok: "aborted" });
  return new Promise((resolve) => {
    const worker = new Worker(new URL("./serve-thread.ts", import.meta.url), {
      workerData: { file, call },
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
      stdout: true,
    });
    // what its code prints must not get among what commands print
    worker.stdout.pipe(process.stderr, { end: false });
    let isOver = false;
    const end = (answer: ServerAnswer): void => {
      if (isOver) return; // ending the thread is told as its end, too
      isOver = true;
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      void worker.terminate().then(() => resolve(answer));
    };
    const abort = (): void => end({ ok: "aborted" });
    const timer = setTimeout(() => end({ ok: "timed_out" }), Math.min(limitMs, MAX_TIMER_MS));
    signal.addEventListener("abort", abort);
    worker.on("message", (answer: TaskAnswer<undefined>) => end(answer));
    worker.on("error", (error) => end(failed(error instanceof Error ? error.message : String(error))));
    worker.on("exit", (code) => end(failed(`its code ended the thread (code ${code})`)));
  });
}

function failed(reason: string): ServerAnswer {
  return { ok: false, fault: { kind: "failed", reason } };
}
