import type { Amounts, Estimate } from "../../domain/allocation.ts";
import { epochMs } from "../../domain/clock.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import type { HistoryKey } from "../../domain/task.ts";
import { estimate, type EstimateQuery, type InFlightRun } from "../../estimate/estimate.ts";
import { runsOfKey } from "../../estimate/evidence-runs.ts";
import { learn } from "../../estimate/learn.ts";
import { observationOf } from "../../estimate/observation.ts";
import type { LevelStates } from "../../estimate/state.ts";
import { rebuildKeyOf, type RebuildNote } from "../../history/rebuild-key.ts";
import { mayRun } from "../../schedule/fit.ts";
import type { RunInFlight, StoreReader, StoreTransaction, WorkerRow } from "../store/store.ts";
import { isBehind, statesFor, storedStates } from "./estimator-states.ts";

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
  const [{ states }, query] = await Promise.all([statesFor(reader, key), queryFor(reader, key, circumstances)]);
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

function inFlight(run: RunInFlight, nowMs: number): InFlightRun {
  const { subject, context, started_at, input_size, cpu_model, worker_name } = run;
  return {
    subject,
    context,
    elapsed: Math.max(0, nowMs - epochMs(started_at)) / 1000,
    machine: cpu_model ?? worker_name,
    ...(input_size !== null && { input_size }),
  };
}

/**
 * Takes a finished run into the estimator's states, in the transaction that keeps its history. Gives the number of runs
 * of its key that are known now; 0 when this one taught nothing. While the states of its task are made anew, that
 * will come to this run too.
 */
export async function learnFrom(tx: StoreTransaction, entry: HistoryEntry): Promise<number> {
  const observation = observationOf(entry);
  if (observation === undefined) return 0;
  const { states, rebuild } = await statesFor(tx, entry);
  if (rebuild !== undefined) {
    if (isBehind(entry, rebuild)) await learnLate(tx, entry, rebuild);
    return runsOfKey(entry, states) + 1;
  }
  const learnt = learn(entry, states, observation);
  await tx.putEstimateStates(new Map(storedStates(entry, learnt)));
  return runsOfKey(entry, learnt);
}

/**
 * An entry that ended before the place that the making anew has reached, but was not committed when it came by: it goes back to
 * before it. Runs that are learnt twice change nothing.
 */
async function learnLate(tx: StoreTransaction, entry: HistoryEntry, rebuild: RebuildNote): Promise<void> {
  const after = { completed_at: entry.completed_at, id: entry.id - 1 };
  const note = { key: { task_type: "rebuild" as const, task_name: entry.task_name }, state: { ...rebuild, after } };
  await tx.putEstimateStates(new Map([[rebuildKeyOf(entry), note]]));
}
