import type { HistoryEntry } from "../../domain/history.ts";
import type { HistoryKey } from "../../domain/task.ts";
import { learn } from "../../estimate/learn.ts";
import { levelKeysOf, levelName } from "../../estimate/levels.ts";
import { observationOf } from "../../estimate/observation.ts";
import { parseState, STATE_VERSION, type LevelStates } from "../../estimate/state.ts";
import { rebuildKeyOf, VERSION_KEY, type RebuildNote } from "../../history/rebuild-key.ts";
import type { Store, StoredState, StoreTransaction } from "../store/store.ts";
import type { LoopContext } from "./context.ts";
import { storedStates } from "./estimator-states.ts";
import { pause } from "./pause.ts";

type TaskKey = Pick<HistoryKey, "task_type" | "task_name">;

/** How many entries, or states to forget, one transaction takes: others wait for it. */
const BATCH = 200;

/** How many tasks are noted in one transaction. */
const TASKS = 200;

/** How long nothing is looked at when there is nothing to do. */
const LOOK_MS = 2_000;

const BEGINNING = { completed_at: "0001-01-01T00:00:00.000Z", id: 0 };

/**
 * Has the estimator's states know all of the history, until the signal is given: after an import, after runs without a server,
 * and all of them when this program keeps states of another version than the one before. In the background: one short
 * transaction after another, with as long a pause after each, so that it costs half of a processor at most. It goes on where
 * it was after a restart.
 */
export async function keepStatesComplete(context: LoopContext, signal: AbortSignal): Promise<void> {
  // ends: when the signal is given
  while (!signal.aborted) {
    try {
      await rebuildNoted(context.store, signal);
    } catch (error) {
      context.log.error({ err: error }, "making the estimator's states anew failed; it is tried again");
    }
    await pause(LOOK_MS, signal);
  }
}

/** Makes anew what is noted to be made anew; resolves when all states know their history, or the signal is given. */
export async function rebuildNoted(store: Store, signal: AbortSignal): Promise<void> {
  await noteOtherVersion(store, signal);
  // ends: when nothing is noted any more, or the signal is given
  for (let tasks = await store.read.rebuilds(TASKS); tasks.length > 0; tasks = await store.read.rebuilds(TASKS)) {
    for (const task of tasks) {
      // ends: when the task's states know all of its history
      for (let isDone = false; !isDone;) {
        if (signal.aborted) return;
        const startedMs = performance.now();
        isDone = await rebuildStep(store, task);
        if (!isDone) await pause(performance.now() - startedMs, signal);
      }
    }
  }
}

/** Notes all tasks that have a history when the states are of another version, and then the version. */
async function noteOtherVersion(store: Store, signal: AbortSignal): Promise<void> {
  const noted = (await store.read.estimateStates([VERSION_KEY])).get(VERSION_KEY);
  if (noted === STATE_VERSION) return;
  let task = await store.read.taskAfter(undefined);
  // ends: after the last task
  while (task !== undefined && !signal.aborted) {
    const notes = new Map<string, StoredState>();
    for (let count = 0; count < TASKS && task !== undefined; count += 1) {
      notes.set(rebuildKeyOf(task), noteOf(task, { after: null }));
      task = await store.read.taskAfter(task);
    }
    await store.transaction((tx) => tx.putEstimateStates(notes));
  }
  if (signal.aborted) return;
  const version = { key: { task_type: "version" as const, task_name: "" }, state: STATE_VERSION };
  await store.transaction((tx) => tx.putEstimateStates(new Map([[VERSION_KEY, version]])));
}

function noteOf({ task_name }: TaskKey, state: RebuildNote): StoredState {
  return { key: { task_type: "rebuild", task_name }, state };
}

/** One transaction of it; true when the states of the task know all of its history. */
export function rebuildStep(store: Store, task: TaskKey): Promise<boolean> {
  return store.transaction(async (tx) => {
    const note = await tx.takeRebuild(task);
    if (note === undefined) return true;
    if (note.after !== null) return learnBatch(tx, task, note.after);
    const forgotten = await tx.deleteEstimateStates(task, BATCH);
    if (forgotten < BATCH) await putNote(tx, task, { after: BEGINNING });
    return false;
  });
}

async function learnBatch(
  tx: StoreTransaction,
  task: TaskKey,
  after: NonNullable<RebuildNote["after"]>,
): Promise<boolean> {
  const entries = await tx.historyAfter(task, after, BATCH);
  await learnAll(tx, entries);
  // runs without a server are in the history only
  await tx.keepTaskCourses(entries);
  const last = entries.at(-1);
  if (last === undefined || entries.length < BATCH) {
    await tx.deleteEstimateState(rebuildKeyOf(task));
    return true;
  }
  await putNote(tx, task, { after: { completed_at: last.completed_at, id: last.id } });
  return false;
}

/** As `learnFrom` for each, in their order, but what they have in common is read and written once. */
async function learnAll(tx: StoreTransaction, entries: readonly HistoryEntry[]): Promise<void> {
  const keys = new Set(entries.flatMap((entry) => levelKeysOf(entry).map(levelName)));
  const known = await tx.estimateStates([...keys]);
  const changed = new Map<string, StoredState>();
  for (const entry of entries) {
    const observation = observationOf(entry);
    if (observation === undefined) continue;
    const states: LevelStates = {};
    for (const levelKey of levelKeysOf(entry)) {
      const state = parseState(known.get(levelName(levelKey)));
      if (state !== undefined) states[levelKey.level] = state;
    }
    for (const [key, stored] of storedStates(entry, learn(entry, states, observation))) {
      known.set(key, stored.state);
      changed.set(key, stored);
    }
  }
  await tx.putEstimateStates(changed);
}

function putNote(tx: StoreTransaction, task: TaskKey, note: RebuildNote): Promise<void> {
  return tx.putEstimateStates(new Map([[rebuildKeyOf(task), noteOf(task, note)]]));
}
