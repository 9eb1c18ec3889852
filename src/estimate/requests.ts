import type { Resource, ResourceEstimate } from "../domain/allocation.ts";
import type { HistoryKey } from "../domain/task.ts";
import { ABSENT, decode, encode, encodeLog, hashOf, logOf } from "./codec.ts";
import { codesOf, withSplice, type Row } from "./columns.ts";
import type { Observation } from "./observation.ts";
import { COLUMN_OF, COLUMNS, KEPT_RUNS, type EstimateState } from "./state.ts";

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

// One text for each column.
const NOTHING_KNOWN = Object.fromEntries(COLUMNS.map((column) => [column, ABSENT])) as Row;

/** The state after a run: the same object when the task's largest shares have not grown. */
export function learnRequest(state: EstimateState, key: HistoryKey, observation: Observation): EstimateState {
  const id = hashOf(`${key.task_type} ${key.task_name}`);
  const ids = codesOf(state, "id");
  const place = ids.indexOf(id);
  const row = { ...NOTHING_KNOWN, id: encode(id) };
  let hasGrown = false;
  for (const resource of ASKED_RESOURCES) {
    const column = COLUMN_OF[resource];
    const before = place < 0 ? 0 : codesOf(state, column)[place]!;
    const asked = observation.asked[resource];
    const figure = observation[resource];
    const isKnown = asked !== undefined && figure?.is_lower_bound === false;
    const code = isKnown ? encodeLog(Math.log(figure.value / asked)) : ABSENT;
    const isMore = decode(code) > before;
    row[column] = isMore ? code : encode(before);
    hasGrown ||= isMore;
  }
  if (!hasGrown) return state;
  // The task comes last; the one that was learnt longest ago goes when there are too many.
  const removed = place < 0 && ids.length >= KEPT_RUNS ? 0 : place;
  return withSplice(state, { place: ids.length, row, removed }, { runs: state.runs + 1 });
}

/** What a run of a task without history will use of what was asked for it; undefined when that cannot be told. */
export function estimateFromRequest(
  state: EstimateState | undefined,
  resource: Resource,
  asked: number | undefined,
): ResourceEstimate | undefined {
  if (state === undefined || asked === undefined || !(asked > 0)) return undefined;
  if (resource !== "memory" && resource !== "disk_space") return undefined;
  const shares = codesOf(state, COLUMN_OF[resource])
    .filter((code) => code > 0)
    .map(logOf);
  shares.sort((a, b) => a - b);
  const largest = shares[shares.length - 1];
  if (largest === undefined || shares.length < LEAST_TASKS || largest + MARGIN > LEAST_GAIN) return undefined;
  const amountOf = (share: number) => Math.ceil(asked * Math.exp(share));
  const evidence = { level: "default" as const, runs: shares.length, method: "as others use what they ask for" };
  const allocate = amountOf(largest + MARGIN);
  return { p50: amountOf(shares[shares.length >> 1]!), p95: allocate, allocate, ladder: [Math.ceil(asked)], evidence };
}
