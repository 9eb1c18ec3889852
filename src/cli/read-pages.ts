import type { TaskType } from "../domain/task.ts";

/** Which entries of a history are read, newest first. */
export type EntryQuery = {
  task_type: TaskType;
  task_name: string;
  subject?: string;
  context?: string;
  worker?: string;
  since?: string;
  limit: number;
};

type Page<Item> = { items: Item[]; next_cursor: string | null };

const PAGE_SIZE = 1000;

/** At most `limit` of a list, from as many pages as they take. */
export async function readPages<Item>(
  limit: number,
  readPage: (page: { limit: number; cursor?: string }) => Promise<Page<Item>>,
): Promise<Item[]> {
  const entries: Item[] = [];
  let cursor: string | null | undefined;
  // ends when the limit is reached or there are no more
  while (cursor !== null && entries.length < limit) {
    const left = Math.min(PAGE_SIZE, limit - entries.length);
    const page = await readPage({ limit: left, ...(cursor !== undefined && { cursor }) });
    entries.push(...page.items);
    cursor = page.next_cursor;
  }
  return entries;
}
