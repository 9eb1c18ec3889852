import type { WorkerName } from "../../domain/ids.ts";
import type { WorkerLine } from "../../domain/worker-line.ts";
import type { Page, PageQuery } from "./store.ts";

/* The part of `store.ts` that knows what workers said of themselves. */

/** A line before it is kept: by session and number it is known when it comes again. */
export type NewWorkerLine = Omit<WorkerLine, "id"> & { session: string; number: number };

/** Reading it. */
export type WorkerLineReader = {
  /** A worker's lines, newest first. */
  workerLines(worker: WorkerName, page: PageQuery): Promise<Page<WorkerLine>>;
};

/** Changing it. */
export type WorkerLineWriter = {
  /** Keeps those of the lines that are not there yet, and of all lines of the worker the newest. The worker must be there. */
  keepWorkerLines(worker: WorkerName, lines: readonly NewWorkerLine[]): Promise<void>;
};
