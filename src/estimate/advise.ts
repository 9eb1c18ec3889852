import type { Advice } from "../domain/advice.ts";
import { DAY_MS, epochMs } from "../domain/clock.ts";
import type { HistoryEntry } from "../domain/history.ts";
import { WEIGHED_RESOURCES, type WeighedResource } from "../domain/outlook.ts";
import type { HistoryKey } from "../domain/task.ts";
import { roundUp } from "./allocate.ts";
import { foldHistory } from "./fold-history.ts";
import { levelKeysOf, levelName } from "./levels.ts";
import { observationOf } from "./observation.ts";
import type { EstimateState, LevelStates } from "./state.ts";
import { amountForShare, needsOf, outlookOf } from "./what-if.ts";

/** What advice is given about: a task's newest entries, and what there is to run it. */
export type AdviceQuestion = {
  /** The newest of one task, in any order. */
  entries: readonly HistoryEntry[];
  nowMs: number;
  /** What each worker that may run the task has. */
  capacities: readonly Record<WeighedResource, number>[];
};

/** One run in a hundred may need more: that costs less than room for all of them. */
const FAILURES = 0.01;

/** With fewer runs nothing is advised. */
const LEAST_RUNS = 5;

/** What is asked may differ so much from what would be enough; and so many runs may need more. */
const NEAR = 0.1;
const TOO_MANY_FAILURES = 0.02;

/** A finer division (by context, by subject, by key) must save so many times what the coarser one does. */
const FINER_GAIN = 1.25;

/** Nobody is advised to ask for less. */
const LEAST_AMOUNT = 16 * 2 ** 20;

const WEEK_MS = 7 * DAY_MS;
const SECONDS_PER_HOUR = 3600;

type AskedRun = { key: HistoryKey; asked: number; seconds: number };
type Division = (key: HistoryKey) => HistoryKey;

/** From the coarsest to the finest. */
const DIVISIONS: readonly Division[] = [
  (key) => ({ ...key, subject: "", context: "" }),
  (key) => ({ ...key, subject: "" }),
  (key) => ({ ...key, context: "" }),
  (key) => key,
];

/**
 * What people should ask for instead of what they ask, most saved first: nothing where what is asked is about right, or
 * where too few runs asked for anything. For the whole task, or apart for its contexts, subjects or keys where that pays.
 */
export function advise(question: AdviceQuestion): Advice[] {
  const { entries, nowMs } = question;
  if (entries.length === 0) return [];
  const oldestMs = Math.min(...entries.map(({ completed_at }) => epochMs(completed_at)));
  const weeks = Math.max(1, (nowMs - oldestMs) / WEEK_MS);
  const states = new Map(foldHistory(entries).map(({ key, state }) => [levelName(key), state]));
  return WEIGHED_RESOURCES.flatMap((resource) => {
    const runs = entries.flatMap((entry) => askedRun(entry, resource));
    const divided = DIVISIONS.map((division) =>
      groupsOf(runs, division).flatMap((group) => adviceFor(group, resource, states, weeks, question)),
    );
    return bestOf(divided);
  }).sort((a, b) => b.saved_a_week - a.saved_a_week);
}

function askedRun(entry: HistoryEntry, resource: WeighedResource): AskedRun[] {
  const observation = observationOf(entry);
  const asked = observation?.asked[resource];
  const seconds = observation?.duration?.value;
  if (observation?.[resource] === undefined || asked === undefined || seconds === undefined) return [];
  const { task_type, task_name, subject, context } = entry;
  return [{ key: { task_type, task_name, subject, context }, asked, seconds }];
}

function groupsOf(runs: readonly AskedRun[], division: Division): { key: HistoryKey; runs: AskedRun[] }[] {
  const groups = Map.groupBy(runs, ({ key }) => JSON.stringify(division(key)));
  return [...groups.values()]
    .filter((group) => group.length >= LEAST_RUNS)
    .map((group) => ({ key: division(group[0]!.key), runs: group })); // a group has a run at least
}

function adviceFor(
  { key, runs }: { key: HistoryKey; runs: readonly AskedRun[] },
  resource: WeighedResource,
  known: ReadonlyMap<string, EstimateState>,
  weeks: number,
  { capacities }: AdviceQuestion,
): Advice[] {
  const needs = needsOf(key, statesOf(key, known), resource, {});
  if (needs === undefined) return [];
  const amounts = runs.map(({ asked }) => asked).sort((a, b) => a - b);
  const asked = amounts[amounts.length >> 1]!; // a group has a run at least, as above
  const enough = Math.max(LEAST_AMOUNT, roundUp(amountForShare(needs, FAILURES), resource));
  const [now, then] = [outlookOf(needs, [asked]), outlookOf(needs, [enough])];
  const isNear = Math.abs(enough / asked - 1) < NEAR && now.failure_share <= TOO_MANY_FAILURES;
  if (isNear || (enough > asked && now.failure_share <= TOO_MANY_FAILURES)) return [];
  const hours = runs.reduce((sum, { seconds }) => sum + seconds, 0) / SECONDS_PER_HOUR;
  const room = (amount: number) =>
    capacities.reduce((sum, capacity) => sum + Math.floor(capacity[resource] / amount), 0);
  return [
    {
      ...key,
      resource,
      asked,
      asked_least: amounts[0]!, // as above
      asked_most: amounts.at(-1)!, // as above
      enough,
      runs: runs.length,
      failures_as_asked: now.failure_share,
      failures: then.failure_share,
      saved_a_week: ((now.wasted - then.wasted) * hours) / weeks,
      at_once: capacities.length === 0 ? null : { as_asked: room(asked), with_enough: room(enough) },
    },
  ];
}

function statesOf(key: HistoryKey, known: ReadonlyMap<string, EstimateState>): LevelStates {
  const states: LevelStates = {};
  for (const levelKey of levelKeysOf(key)) {
    const state = known.get(levelName(levelKey));
    if (state !== undefined) states[levelKey.level] = state;
  }
  return states;
}

/** The coarsest division that no finer one beats by much. */
function bestOf(divided: readonly Advice[][]): Advice[] {
  const saved = (advice: readonly Advice[]) => advice.reduce((sum, { saved_a_week }) => sum + saved_a_week, 0);
  return divided.reduce((best, finer) => {
    const isBetter = best.length === 0 ? finer.length > 0 : saved(finer) > Math.max(0, saved(best)) * FINER_GAIN;
    return isBetter ? finer : best;
  });
}
