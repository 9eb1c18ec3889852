import { existsSync } from "node:fs";
import { homePaths } from "../../client/home.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import type { TaskType } from "../../domain/task.ts";
import { openStore } from "../../server/store/open.ts";
import type { ImportedEntry } from "../../contract/records.ts";

/** Which entries of the local history are read. */
export type LocalQuery = {
  task_type: TaskType;
  task_name: string;
  subject?: string;
  context?: string;
  since?: string;
  limit: number;
};

/** Told of faults that reach no caller, such as a lost connection that is made again. */
type OnFault = (error: unknown) => void;

const PAGE_SIZE = 1000;

/** Entries of the local history, newest first; none where nothing was ever kept. */
export async function readLocalEntries(home: string, query: LocalQuery, onFault: OnFault): Promise<HistoryEntry[]> {
  const { databaseFile } = homePaths(home);
  if (!existsSync(databaseFile)) return [];
  const store = await openStore(databaseFile, { onFault });
  try {
    const { limit, since, ...key } = query;
    const entries: HistoryEntry[] = [];
    let cursor: string | null = null;
    // ends when the limit is reached or there are no more
    do {
      const page: { items: HistoryEntry[]; next_cursor: string | null } = await store.read.history(key, {
        limit: Math.min(PAGE_SIZE, limit - entries.length),
        since,
        cursor: cursor ?? undefined,
      });
      entries.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor !== null && entries.length < limit);
    return entries;
  } finally {
    await store.close();
  }
}

/** Takes entries into the local history, all or none; those that are there already are not taken twice. */
export async function importLocalEntries(
  home: string,
  entries: readonly ImportedEntry[],
  onFault: OnFault,
): Promise<{ imported: number; duplicates: number }> {
  const store = await openStore(homePaths(home).databaseFile, { onFault });
  try {
    return await store.transaction((tx) => tx.importHistory(entries));
  } finally {
    await store.close();
  }
}
