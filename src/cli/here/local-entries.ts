import { existsSync } from "node:fs";
import { homePaths } from "../../client/home.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import { openStore } from "../../server/store/open.ts";
import type { ImportedEntry } from "../../contract/history-entries.ts";
import { readPages, type EntryQuery } from "../read-pages.ts";

/** Told of faults that reach no caller, such as a lost connection that is made again. */
type OnFault = (error: unknown) => void;

/** Entries of the local history, newest first; none where nothing was ever kept. */
export async function readLocalEntries(home: string, query: EntryQuery, onFault: OnFault): Promise<HistoryEntry[]> {
  const { databaseFile } = homePaths(home);
  if (!existsSync(databaseFile)) return [];
  const store = await openStore(databaseFile, { onFault });
  try {
    const { limit, since, ...key } = query;
    // awaited here: the store is closed below
    return await readPages(limit, (page) => store.read.history(key, { ...page, since }));
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
