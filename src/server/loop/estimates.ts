import type { Amounts, Estimate } from "../../domain/allocation.ts";
import { epochMs } from "../../domain/clock.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import type { HistoryKey } from "../../domain/task.ts";
import { estimate, type EstimateQuery, type InFlightRun } from "../../estimate/estimate.ts";
import { learn } from "../../estimate/learn.ts";
import { levelKeysOf, type LevelKey } from "../../estimate/levels.ts";
import { observationOf } from "../../estimate/observation.ts";
import { parseState, type EstimateState, type LevelStates } from "../../estimate/state.ts";
import { mayRun } from "../../schedule/fit.ts";
import type { RunInFlight, StoreReader, StoreTransaction, WorkerRow } from "../store/store.ts";

/** How many of the newest entries a state is made from, when it has to be made anew. */
const REBUILD_ENTRIES = 256;

/** How many runs of its task an estimate looks at while they go on. */
const MOST_IN_FLIGHT = 64;

/** What is known of a run that is to be estimated. */
export type EstimateCircumstances = {
  input_size?: number | undefined;
  asked?: Amounts;
  /** All workers: those that may run the task say whether its memory limit is elastic. */
  workers: readonly WorkerRow[];
  /** The moment until which runs in flight have lasted, milliseconds. */
  nowMs: number;
};

/** What history, and the runs that go on at the moment, predict for a key. */
export async function estimateFor(
  reader: StoreReader,
  key: HistoryKey,
  circumstances: EstimateCircumstances,
): Promise<Estimate> {
  const { states, query } = await estimateInputs(reader, key, circumstances);
  return estimate(key, states, query);
}

/** All that the estimate of a key is made from. */
export async function estimateInputs(
  reader: StoreReader,
  key: HistoryKey,
  circumstances: EstimateCircumstances,
): Promise<{ states: LevelStates; query: EstimateQuery }> {
  const [states, query] = await Promise.all([statesFor(reader, key), queryFor(reader, key, circumstances)]);
  return { states, query };
}

async function queryFor(
  reader: StoreReader,
  key: HistoryKey,
  { input_size, asked, workers, nowMs }: EstimateCircumstances,
): Promise<EstimateQuery> {
  const runs = await reader.runsInFlight(key, MOST_IN_FLIGHT);
  return {
    elastic: isElastic(key.task_name, workers),
    in_flight: runs.map((run) => inFlight(run, nowMs)),
    ...(input_size !== undefined && { input_size }),
    ...(asked !== undefined && { asked }),
  };
}

/**
 * Whether a run that outgrows its memory would be given more (`DESIGN.md` §7): every worker of Almanac raises the limit
 * while it has memory that nobody reserved, so it is so where any may run the task.
 */
function isElastic(taskName: string, workers: readonly WorkerRow[]): boolean {
  return workers.some((worker) => mayRun(worker.tasks, taskName));
}

function inFlight({ started_at, input_size, cpu_model, worker_name }: RunInFlight, nowMs: number): InFlightRun {
  return {
    elapsed: Math.max(0, nowMs - epochMs(started_at)) / 1000,
    machine: cpu_model ?? worker_name,
    ...(input_size !== null && { input_size }),
  };
}

/**
 * Takes a finished run into the estimator's states, in the transaction that keeps its history. Gives the number of runs
 * of its key that are known now; 0 when this one taught nothing.
 */
export async function learnFrom(tx: StoreTransaction, entry: HistoryEntry): Promise<number> {
  const observation = observationOf(entry);
  if (observation === undefined) {
    await noteNothing(tx, entry);
    return 0;
  }
  const learnt = learn(entry, await statesFor(tx, entry), observation);
  const changed = levelKeysOf(entry).flatMap((levelKey) => {
    const state = learnt[levelKey.level];
    return state === undefined ? [] : [[stateKey(levelKey), { key: historyKeyOf(levelKey, entry), state }] as const];
  });
  await tx.putEstimateStates(new Map(changed));
  return learnt.key?.runs ?? 0;
}

/** Stored where the whole history of a level teaches nothing, so that it is not read again for each estimate. */
const NOTHING = null;

/** A run that teaches nothing: levels without a state, and without a history to make one from, are marked as such. */
async function noteNothing(tx: StoreTransaction, entry: HistoryEntry): Promise<void> {
  const levelKeys = levelKeysOf(entry).filter(({ level }) => level !== "default");
  const stored = await tx.estimateStates(levelKeys.map(stateKey));
  const marks = new Map<string, { key: HistoryKey; state: unknown }>();
  for (const levelKey of levelKeys) {
    if (stored.has(stateKey(levelKey))) continue;
    const state = (await rebuild(tx, entry, levelKey)) ?? NOTHING;
    marks.set(stateKey(levelKey), { key: historyKeyOf(levelKey, entry), state });
  }
  await tx.putEstimateStates(marks);
}

/**
 * The stored states of a key's levels; one that is missing or of an older form is made from the history, unless it is
 * known that there is nothing in it.
 */
async function statesFor(reader: StoreReader, key: HistoryKey): Promise<LevelStates> {
  const levelKeys = levelKeysOf(key);
  const stored = await reader.estimateStates(levelKeys.map(stateKey));
  const states: LevelStates = {};
  for (const levelKey of levelKeys) {
    const known = stored.get(stateKey(levelKey));
    if (known === NOTHING) continue;
    const state = parseState(known) ?? (await rebuild(reader, key, levelKey));
    if (state !== undefined) states[levelKey.level] = state;
  }
  return states;
}

async function rebuild(reader: StoreReader, key: HistoryKey, levelKey: LevelKey): Promise<EstimateState | undefined> {
  if (levelKey.level === "default") return undefined; // over everything: learnt as runs come, never made from a scan
  const page = await reader.history(
    {
      task_type: key.task_type,
      task_name: key.task_name,
      ...(levelKey.subject !== "" && { subject: key.subject }),
      ...(levelKey.context !== "" && { context: key.context }),
    },
    { limit: REBUILD_ENTRIES },
  );
  let states: LevelStates = {};
  for (const entry of page.items.toReversed()) {
    const observation = observationOf(entry);
    if (observation !== undefined) states = learn(entry, ofLevel(states, levelKey), observation);
  }
  return states[levelKey.level];
}

/** Only the one level is kept from entry to entry: the others belong to other keys. */
function ofLevel(states: LevelStates, levelKey: LevelKey): LevelStates {
  const state = states[levelKey.level];
  return state === undefined ? {} : { [levelKey.level]: state };
}

function stateKey(levelKey: LevelKey): string {
  return JSON.stringify([levelKey.task_type, levelKey.task_name, levelKey.subject, levelKey.context]);
}

/** The stored row names its task, so that an import can make a task's states invalid. */
function historyKeyOf(levelKey: LevelKey, entry: HistoryKey): HistoryKey {
  return {
    task_type: levelKey.task_type === "" ? entry.task_type : levelKey.task_type,
    task_name: levelKey.task_name,
    subject: levelKey.subject,
    context: levelKey.context,
  };
}
