import process from "node:process";
import { Worker } from "node:worker_threads";
import type { ConfiguredTask } from "../define-task.ts";
import type { Wanted } from "../define-workflow.ts";
import type { FromThread, Question, ToThread } from "./protocol.ts";

/** What a thread tells of itself. */
export type ThreadListener = {
  begun(id: number): void;
  answered(id: number, answer: unknown): void;
  /** A plan asks of the history. Rejects with the reason why there is no answer. */
  wanted(wanted: Wanted): Promise<unknown>;
  /** It is gone without having been asked to. */
  died(reason: string): void;
};

/** Most memory that a configuration's code may use, MiB. */
const MAX_HEAP_MIB = 1024;

/**
 * One thread with one configuration.
 * - *loading*: imports the file; `loaded` resolves, or rejects with what is wrong with it;
 * - *ready*: answers;
 * - *ended*: by `end`, or because it died.
 */
export class ConfigThread {
  readonly loaded: Promise<{ tasks: ConfiguredTask[]; files: string[] }>;
  readonly #worker: Worker;
  #isEnding = false;

  constructor(file: string, listener: ThreadListener) {
    this.#worker = new Worker(new URL("./thread.ts", import.meta.url), {
      workerData: { file },
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB },
      stdout: true,
    });
    // what its code prints must not get among what commands print
    this.#worker.stdout.pipe(process.stderr, { end: false });
    this.#worker.unref(); // only what waits for an answer keeps the process
    this.loaded = new Promise((resolve, reject) => {
      this.#worker.on("message", (message: FromThread) => {
        if (message.kind === "loaded") resolve(message);
        else if (message.kind === "refused") reject(new Error(message.reason));
        else if (message.kind === "begun") listener.begun(message.id);
        else if (message.kind === "wanted") void this.#give(message.id, listener.wanted(message.wanted));
        else listener.answered(message.id, message.answer);
      });
      const gone = (reason: string) => {
        reject(new Error(reason));
        if (!this.#isEnding) listener.died(reason);
        this.#isEnding = true;
      };
      this.#worker.on("error", (error) => gone(error instanceof Error ? error.message : String(error)));
      this.#worker.on("exit", (code) => gone(`its code ended the thread (code ${code})`));
    });
    this.loaded.catch(() => undefined); // whoever started it waits for it; nobody may any more when it is ended
  }

  ask(id: number, question: Question): void {
    this.#tell({ kind: "asked", id, question });
  }

  async #give(id: number, known: Promise<unknown>): Promise<void> {
    try {
      this.#tell({ kind: "given", id, value: await known });
    } catch (error) {
      this.#tell({
        kind: "given",
        id,
        value: undefined,
        reason: error instanceof Error ? error.message : String(error),
      });
    }
  }

  #tell(message: ToThread): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#worker.postMessage(message);
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#worker.terminate();
  }
}
