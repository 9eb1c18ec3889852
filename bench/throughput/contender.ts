import { once } from "node:events";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** How many worker processes each contender has. */
export const WORKERS = 4;

/** When one job was taken in and when it was over, milliseconds since 1970, by the clock of its database. */
export type JobTimes = { createdMs: number; completedMs: number };

/** One system with a fresh database and no workers yet. Nothing is retried: a fault ends the bench. */
export type Contender = {
  /** Submits one no-op job; resolves when it is safely kept. */
  submitOne(): Promise<void>;
  /** Submits so many in one call. */
  submitBatch(count: number): Promise<void>;
  /** Starts the worker processes; resolves when all of them work. */
  startWorkers(): Promise<void>;
  /** True when every job so far is over, cheaply asked. */
  isIdle(): Promise<boolean>;
  /** The times of the newest jobs, so many, from the history that the contender keeps. */
  newestJobs(count: number): Promise<JobTimes[]>;
  /** Ends all its processes. */
  stop(): Promise<void>;
};

/** What is compared, by name. `open` makes the database and starts what must run for submissions. */
export type Competitor = { name: string; open: () => Promise<Contender> };

/** A child process of the bench that says `ready` on a line of its own. */
export type WorkerProcess = { stop(): Promise<void> };

/** Starts a program of this folder with Node and waits until it says that it is ready. */
export async function startProgram(file: string, ...args: string[]): Promise<WorkerProcess> {
  const child = spawn(process.execPath, ["--no-warnings", file, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const early = ended.then(([code]) => Promise.reject(new Error(`${file} ended early (${String(code)})`)));
  early.catch(() => undefined); // after it was ready it may end
  const lines = createInterface({ input: child.stdout });
  const ready = new Promise<void>((resolve) => {
    lines.on("line", (line) => {
      if (line === "ready") resolve();
    });
  });
  await Promise.race([ready, early]);
  return {
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
