import { epochMs } from "../../domain/clock.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import type { HistoryKey } from "../../domain/task.ts";
import { foldHistory } from "../../estimate/fold-history.ts";
import { levelKeysOf, levelName, type LevelKey } from "../../estimate/levels.ts";
import { parseState, type LevelStates } from "../../estimate/state.ts";
import { rebuildKeyOf, type RebuildNote } from "../../history/rebuild-key.ts";
import type { StoredState, StoreReader } from "../store/store.ts";

/** How many of the newest entries of each level stand in for its state while it is made anew. */
const STAND_IN_ENTRIES = 256;

/** What is stored for a key. */
export type KnownStates = {
  states: LevelStates;
  /** Present while the states of its task are made anew: then the states are made from the newest history. */
  rebuild?: RebuildNote;
};

/**
 * The states of a key's levels, read at once; history is not looked at, however much there is. Only where states are
 * being made anew, or are of another version, the newest entries of each level stand in for them.
 */
export async function statesFor(reader: StoreReader, key: HistoryKey): Promise<KnownStates> {
  const levelKeys = levelKeysOf(key);
  const stored = await reader.estimateStates([...levelKeys.map(levelName), rebuildKeyOf(key)]);
  const rebuild = stored.get(rebuildKeyOf(key)) as RebuildNote | undefined; // nothing else is kept under that key
  const parsed = levelKeys.map((levelKey) => ({ levelKey, known: stored.get(levelName(levelKey)) }));
  const isOfOtherVersion = parsed.some(({ known }) => known !== undefined && parseState(known) === undefined);
  const isWhole = rebuild === undefined && !isOfOtherVersion;
  const states: LevelStates = isWhole ? {} : await standIns(reader, key, levelKeys);
  for (const { levelKey, known } of parsed) {
    if (!isWhole && levelKey.level !== "default") continue;
    const state = parseState(known);
    if (state !== undefined) states[levelKey.level] = state;
  }
  return { states, ...(rebuild !== undefined && { rebuild }) };
}

/** Whether a state that knows the history up to a place should know of an entry. */
export function isBehind(entry: HistoryEntry, { after }: RebuildNote): boolean {
  if (after === null) return false;
  const byTime = epochMs(entry.completed_at) - epochMs(after.completed_at);
  return byTime < 0 || (byTime === 0 && entry.id <= after.id);
}

/** The states that an entry has changed, as they are stored: each names its task, so that all of a task can be found. */
export function storedStates(entry: HistoryKey, states: LevelStates): [string, StoredState][] {
  return levelKeysOf(entry).flatMap((levelKey): [string, StoredState][] => {
    const state = states[levelKey.level];
    const task_type = levelKey.task_type === "" ? entry.task_type : levelKey.task_type;
    return state === undefined
      ? []
      : [[levelName(levelKey), { key: { task_type, task_name: levelKey.task_name }, state }]];
  });
}

/** States of the newest entries of each level: near what they will be. */
async function standIns(reader: StoreReader, key: HistoryKey, levelKeys: readonly LevelKey[]): Promise<LevelStates> {
  const { task_type, task_name } = key;
  const levels = levelKeys.filter(({ level }) => level !== "default");
  const pages = await Promise.all(
    levels.map(({ subject, context }) =>
      reader.history(
        { task_type, task_name, ...(subject !== "" && { subject }), ...(context !== "" && { context }) },
        { limit: STAND_IN_ENTRIES },
      ),
    ),
  );
  const entries = new Map(pages.flatMap(({ items }) => items.map((entry) => [entry.id, entry] as const)));
  const folded = new Map(foldHistory(entries.values()).map((found) => [levelName(found.key), found.state]));
  const states: LevelStates = {};
  for (const levelKey of levels) {
    const state = folded.get(levelName(levelKey));
    if (state !== undefined) states[levelKey.level] = state;
  }
  return states;
}
