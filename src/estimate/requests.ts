import type { Resource, ResourceEstimate } from "../domain/allocation.ts";
import type { HistoryKey } from "../domain/task.ts";
import { ABSENT, decode, encode, encodeLog, hashOf, insert, logOf, remove, WIDTH } from "./codec.ts";
import type { Observation } from "./observation.ts";
import { COLUMN_OF, COLUMNS, KEPT_RUNS, type Column, type EstimateState } from "./state.ts";

/**
 * How tasks use what people ask for them: all that is known of a task that never ran. The state of the level
 * `default` keeps for each task the largest share of a request that a run of it used, as if it were a run.
 */

/** The resources that people ask too much of. */
const ASKED_RESOURCES = ["memory", "disk_space"] as const;

/**
 * A prediction from others' shares is only expected to pay when so many tasks are known: the next one is beyond all of
 * them once in so many times, and one such task can be most of the work (`docs/estimates.md` has the case).
 */
const LEAST_TASKS = 12;

/** Room above the largest share seen, and how much less than the request is worth the risk. Logarithms. */
const MARGIN = Math.log(1.05);
const LEAST_GAIN = Math.log(0.9);

/** The state after a run: the same object when the task's largest shares have not grown. */
export function learnRequest(state: EstimateState, key: HistoryKey, observation: Observation): EstimateState {
  const id = hashOf(`${key.task_type} ${key.task_name}`);
  const place = placeOf(state.columns.id, id);
  const shares: Partial<Record<Resource, string>> = {};
  let hasGrown = false;
  for (const resource of ASKED_RESOURCES) {
    const before = place < 0 ? 0 : decode(state.columns[COLUMN_OF[resource]], place);
    const asked = observation.asked[resource];
    const figure = observation[resource];
    const isKnown = asked !== undefined && figure?.is_lower_bound === false;
    const code = isKnown ? encodeLog(Math.log(figure.value / asked)) : ABSENT;
    hasGrown ||= decode(code, 0) > before;
    shares[resource] = decode(code, 0) > before ? code : encode(before);
  }
  if (!hasGrown) return state;
  return { ...state, runs: state.runs + 1, columns: withTask(state, place, encode(id), shares) };
}

function placeOf(column: string, id: number): number {
  for (let place = 0; place * WIDTH < column.length; place += 1) if (decode(column, place) === id) return place;
  return -1;
}

/** The task's shares last; the task that was learnt longest ago goes when there are too many. */
function withTask(
  state: EstimateState,
  place: number,
  id: string,
  shares: Partial<Record<Resource, string>>,
): Record<Column, string> {
  const isFull = place < 0 && state.columns.id.length / WIDTH >= KEPT_RUNS;
  const numbers: Partial<Record<Column, string>> = { id, m: shares.memory ?? ABSENT, d: shares.disk_space ?? ABSENT };
  const columns = { ...state.columns };
  for (const column of COLUMNS) {
    const others = place >= 0 || isFull ? remove(columns[column], Math.max(0, place)) : columns[column];
    columns[column] = insert(others, others.length / WIDTH, numbers[column] ?? ABSENT);
  }
  return columns;
}

/** What a run of a task without history will use of what was asked for it; undefined when that cannot be told. */
export function estimateFromRequest(
  state: EstimateState | undefined,
  resource: Resource,
  asked: number | undefined,
): ResourceEstimate | undefined {
  if (state === undefined || asked === undefined || !(asked > 0)) return undefined;
  if (resource !== "memory" && resource !== "disk_space") return undefined;
  const column = state.columns[COLUMN_OF[resource]];
  const shares: number[] = [];
  for (let place = 0; place * WIDTH < column.length; place += 1) {
    const code = decode(column, place);
    if (code > 0) shares.push(logOf(code));
  }
  shares.sort((a, b) => a - b);
  const largest = shares[shares.length - 1];
  if (largest === undefined || shares.length < LEAST_TASKS || largest + MARGIN > LEAST_GAIN) return undefined;
  const amountOf = (share: number) => Math.ceil(asked * Math.exp(share));
  const evidence = { level: "default" as const, runs: shares.length, method: "as others use what they ask for" };
  const allocate = amountOf(largest + MARGIN);
  return { p50: amountOf(shares[shares.length >> 1]!), p95: allocate, allocate, ladder: [Math.ceil(asked)], evidence };
}
