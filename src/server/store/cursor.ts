import { AppError, errorEntry } from "../../contract/errors.ts";
import { describeValue } from "../../contract/validation.ts";
import type { Page } from "./store.ts";

/*
 * Where a page ends, as text that means nothing to callers: base64url of a JSON list of the sort key.
 */

/** The text of a sort key. */
function encodeCursor(key: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

/** The id that a cursor of a list by id stands for. Throws `invalid-request`. */
export function idOfCursor(cursor: string): number {
  const key = decodeCursor(cursor);
  if (key.length !== 1 || !Number.isSafeInteger(key[0])) throw badCursor(cursor);
  return Number(key[0]);
}

/** The time and id that a cursor of a list by time stands for. Throws `invalid-request`. */
export function timeAndIdOfCursor(cursor: string): { at: string; id: number } {
  const [at, id, ...more] = decodeCursor(cursor);
  const isTime = typeof at === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(at);
  if (!isTime || Number.isNaN(Date.parse(at)) || !Number.isSafeInteger(id) || more.length > 0) throw badCursor(cursor);
  return { at, id: Number(id) };
}

/** A place in a list of named rows by a figure: the moment at which it is reckoned, the figure, and the names. */
export type FigurePlace = { atMs: number; value: number | null; names: readonly string[] };

/** The place that a cursor of a list by a figure stands for, of rows with so many names. Throws `invalid-request`. */
export function figurePlaceOfCursor(cursor: string, nameCount: number): FigurePlace {
  const [atMs, value, ...names] = decodeCursor(cursor);
  const isFigure = value === null || typeof value === "number";
  const areNames = names.length === nameCount && names.every((name) => typeof name === "string");
  if (typeof atMs !== "number" || !isFigure || !areNames) throw badCursor(cursor);
  return { atMs, value, names };
}

/** One page of rows that were asked for with one more than `limit`. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  item: (row: Row) => Item,
  key: (row: Row) => readonly (string | number | null)[],
): Page<Item> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  const hasMore = rows.length > limit && last !== undefined;
  return { items: kept.map(item), next_cursor: hasMore ? encodeCursor(key(last)) : null };
}

function decodeCursor(cursor: string): unknown[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (Array.isArray(key)) return key;
  } catch {
    // not JSON: refused like every other text that is not a cursor
  }
  throw badCursor(cursor);
}

function badCursor(cursor: string): AppError {
  const entry = errorEntry("invalid-value", {
    path: "cursor",
    found: describeValue(cursor),
    expected: "the next_cursor of an earlier answer",
  });
  return new AppError("invalid-request", { summary: entry.message, errors: [entry] });
}
