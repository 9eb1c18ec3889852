import type { HistoryKey } from "../../domain/task.ts";
import type { Retention, Store } from "../store/store.ts";
import type { Log, ServerSettings } from "./context.ts";

/** How long keys are gathered before their histories are trimmed, milliseconds. */
const GATHER_MS = 1_000;
/** How many of them are trimmed together. */
const TOGETHER = 100;

const DAY_SECONDS = 86_400;

/** What is kept of each key, as the store takes it. */
export function retentionOf({ historyToKeep, historyMaxAge }: ServerSettings): Retention {
  return {
    old_items_to_keep: historyToKeep,
    ...(historyMaxAge !== null && { max_age_days: historyMaxAge / DAY_SECONDS }),
  };
}

/** Keeps histories within their retention. */
export type HistoryTrimmer = {
  /** The key's history has grown; it is trimmed within a second or so, once for all that was added meanwhile. */
  note(key: HistoryKey): void;
  /** Trims what was noted, and takes nothing more. */
  close(): Promise<void>;
};

/**
 * Trims in the background: the end of a run must neither wait for it nor fail with it. What a dying server did not
 * get to is trimmed after the next end of a run of the key.
 */
export function createHistoryTrimmer(store: Store, retention: Retention, log: Log): HistoryTrimmer {
  const noted = new Map<string, HistoryKey>();
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const start = () => {
    timer = undefined;
    running = running.then(trimNoted);
  };
  const trimNoted = async (): Promise<void> => {
    // ends: each round takes some away, and what comes meanwhile waits for the next timer
    for (const keys = [...noted.values()]; keys.length > 0;) {
      const some = keys.splice(0, TOGETHER);
      for (const key of some) noted.delete(nameOf(key));
      await Promise.all(some.map(trim));
    }
  };
  const trim = async (key: HistoryKey): Promise<void> => {
    try {
      await store.transaction((tx) => tx.trimHistory(key, retention));
    } catch (error) {
      // The next end of a run of the key trims what is too much now.
      log.warn({ err: error, ...key }, "could not trim the history");
    }
  };
  return {
    note({ task_type, task_name, subject, context }) {
      const key = { task_type, task_name, subject, context };
      noted.set(nameOf(key), key);
      timer ??= setTimeout(start, GATHER_MS);
    },
    async close() {
      clearTimeout(timer);
      start();
      await running;
    },
  };
}

function nameOf({ task_type, task_name, subject, context }: HistoryKey): string {
  return JSON.stringify([task_type, task_name, subject, context]);
}
