import type { Event } from "../../domain/event.ts";
import type { RunId, WorkRequestId, WorkerName } from "../../domain/ids.ts";
import type { Measurement, RuntimeStatistics } from "../../domain/runtime-statistics.ts";

/** Figures of a run that goes on: sent to whoever looks, kept with the run only as its newest figures. */
export type Progress = {
  work_request_id: WorkRequestId;
  run_id: RunId;
  runtime_statistics: RuntimeStatistics;
  measurement: Measurement | undefined;
};

type Listener = {
  onEvents?: (events: readonly Event[]) => void;
  onProgress?: (progress: Progress) => void;
  /** More of a run's log has arrived. */
  onLog?: (run: RunId) => void;
  /** A worker has said more of itself. */
  onWorkerLog?: (worker: WorkerName) => void;
};

/** Where this server's live streams, waiting workers and planner hear of what happens. */
export type Live = {
  listen(listener: Listener): () => void;
  publishEvents(events: readonly Event[]): void;
  publishProgress(progress: Progress): void;
  publishLog(run: RunId): void;
  publishWorkerLog(worker: WorkerName): void;
  /** Resolves when an event that the test accepts is published, or after the time, or when the signal aborts. */
  waitFor(test: (event: Event) => boolean, timeoutMs: number, signal?: AbortSignal): Promise<void>;
};

/** A hub within this process; events of other servers reach it through the store. */
export function createLive(): Live {
  const listeners = new Set<Listener>();
  const listen = (listener: Listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return {
    listen,
    publishEvents(events) {
      for (const listener of listeners) listener.onEvents?.(events);
    },
    publishProgress(progress) {
      for (const listener of listeners) listener.onProgress?.(progress);
    },
    publishLog(run) {
      for (const listener of listeners) listener.onLog?.(run);
    },
    publishWorkerLog(worker) {
      for (const listener of listeners) listener.onWorkerLog?.(worker);
    },
    waitFor(test, timeoutMs, signal) {
      return new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          stop();
          signal?.removeEventListener("abort", done);
          resolve();
        };
        const timer = setTimeout(done, timeoutMs);
        const stop = listen({ onEvents: (events) => void (events.some(test) && done()) });
        signal?.addEventListener("abort", done);
        if (signal?.aborted === true) done();
      });
    },
  };
}
