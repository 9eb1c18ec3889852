import type { HistoryEntry } from "../domain/history.ts";
import { readPages, type EntryQuery } from "./read-pages.ts";
import type { Session } from "./session.ts";

/** Which entries are read, and from where. */
export type HistoryQuery = EntryQuery & {
  /** From what `almanac run` kept on this machine. */
  isLocal: boolean;
};

/** Entries of the server's history, or of the local one. */
export async function readHistory(session: Session, query: HistoryQuery): Promise<HistoryEntry[]> {
  const { isLocal, limit, ...filter } = query;
  if (isLocal) {
    const { readLocalEntries } = await import("./here/local-entries.ts");
    return readLocalEntries(session.home, { ...filter, limit }, (error) => session.say(String(error)));
  }
  return readPages(limit, (page) => session.client.call("listHistory", { query: { ...filter, ...page } }));
}
