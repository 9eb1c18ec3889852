import type { HistoryEntry } from "../domain/history.ts";
import type { TaskType } from "../domain/task.ts";
import type { Session } from "./session.ts";

/** Which entries are read, newest first. */
export type HistoryQuery = {
  task_type: TaskType;
  task_name: string;
  subject?: string;
  context?: string;
  since?: string;
  limit: number;
  /** From what `almanac run` kept on this machine. */
  isLocal: boolean;
};

const PAGE_SIZE = 1000;

/** Entries of the server's history, or of the local one. */
export async function readHistory(session: Session, query: HistoryQuery): Promise<HistoryEntry[]> {
  const { isLocal, limit, ...filter } = query;
  if (isLocal) {
    const { readLocalEntries } = await import("./here/local-entries.ts");
    return readLocalEntries(session.home, { ...filter, limit }, (error) => session.say(String(error)));
  }
  const entries: HistoryEntry[] = [];
  let cursor: string | null = null;
  // ends when the limit is reached or the server has no more
  do {
    const page: { items: HistoryEntry[]; next_cursor: string | null } = await session.client.call("listHistory", {
      query: { ...filter, limit: Math.min(PAGE_SIZE, limit - entries.length), ...(cursor !== null && { cursor }) },
    });
    entries.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null && entries.length < limit);
  return entries;
}
