import { seededRandom, type Random } from "../../src/simulate/random.ts";
import { emptyScore, type Score } from "./score.ts";
import { attempt, type Asked, type Elastic, type Ended, type Sizer } from "./sizer.ts";
import type { TraceRun } from "./traces.ts";

/** Tasks with fewer runs are left out of the paper protocol. */
const LEAST_RUNS = 34;

/** The share of a task's runs that is given first. */
const GIVEN = 0.3;

/** How a split is replayed. */
export type PaperOptions = {
  split: number;
  sized?: Sized;
  /** Of how many runs that outgrow their amount a worker raises the limit in time. */
  elasticShare?: number;
};

/** What is sized: peak memory, or the disk's. */
export type Sized = "memory" | "disk_space";

/**
 * The protocol of the Sizey paper: of each task with enough runs a random 30 % are given, the others are
 * replayed in random order, each known at once. Peak memory is `rss`.
 */
export function paperReplay(runs: readonly TraceRun[], sizer: Sizer, options: PaperOptions): Score {
  const { split, sized = "memory" } = options;
  const random = splitRandom(split);
  const elastic =
    options.elasticShare === undefined ? undefined : { share: options.elasticShare, random: splitRandom(1e6 + split) };
  const score = emptyScore();
  for (const ofTask of byTask(runs.filter((run) => paperNeed(run, sized) !== undefined))) {
    if (ofTask.length < LEAST_RUNS) continue;
    const order = shuffled(ofTask, random);
    const given = Math.floor(GIVEN * order.length);
    for (const [index, run] of order.entries()) {
      const need = paperNeed(run, sized)!; // filtered above
      if (index >= given) replayOne(score, sizer, askedOf(run), need, run.duration, elastic);
      sizer.learn(endedOf(run, need));
    }
  }
  return score;
}

function paperNeed(run: TraceRun, sized: Sized): number | undefined {
  return sized === "memory" ? run.memory?.paper : run.disk_space;
}

/** What an online replay can count apart. */
export type OnlineScore = { all: Score; cold: Score };

/**
 * Cold start: all runs in the order of their start; a run is known once its end is past. Peak memory is `peak_rss`. Where
 * nothing is known, what the user asked for is used (twice the need where that is not known either).
 */
export function onlineReplay(runs: readonly TraceRun[], sizer: Sizer): OnlineScore {
  const timed = runs.filter((run) => run.started_ms !== undefined && run.ended_ms !== undefined);
  const order = timed.filter((run) => run.memory !== undefined).toSorted((a, b) => a.started_ms! - b.started_ms!);
  const ends = order.toSorted((a, b) => a.ended_ms! - b.ended_ms!);
  const scores = { all: emptyScore(), cold: emptyScore() };
  let known = 0;
  for (const run of order) {
    for (; known < ends.length && ends[known]!.ended_ms! <= run.started_ms!; known += 1) {
      sizer.learn(endedOf(ends[known]!, ends[known]!.memory!.online)); // both were filtered
    }
    const need = run.memory!.online;
    const proposal = sizer.propose(askedOf(run));
    const amounts = proposal ?? { ladder: [run.asked ?? 2 * need] };
    attempt(scores.all, amounts, need, run.duration);
    if (proposal === undefined) attempt(scores.cold, amounts, need, run.duration);
  }
  return scores;
}

function replayOne(score: Score, sizer: Sizer, asked: Asked, need: number, duration: number, elastic?: Elastic): void {
  const proposal = sizer.propose(asked);
  if (proposal !== undefined) attempt(score, proposal, need, duration, elastic);
}

/** The runs of each task, in the order in which the tasks first appear. */
export function byTask(runs: readonly TraceRun[]): TraceRun[][] {
  return [...Map.groupBy(runs, (run) => run.task).values()];
}

/** What is known before a run. */
export function askedOf({ task, subject, context, input_size, asked }: TraceRun): Asked {
  return {
    task,
    subject,
    context,
    ...(input_size !== undefined && { input_size }),
    ...(asked !== undefined && { asked }),
  };
}

/** The randomness of a split. */
export function splitRandom(split: number): Random {
  return seededRandom(split * 7919 + 17);
}

/** The items in a random order (Fisher and Yates). */
export function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const item = result[last]!; // both are places of the list
    result[last] = result[other]!;
    result[other] = item;
  }
  return result;
}

/** What is known after it. */
export function endedOf(run: TraceRun, need: number): Ended {
  return {
    ...askedOf(run),
    id: run.id,
    need,
    duration: run.duration,
    ...(run.machine !== undefined && { machine: run.machine }),
  };
}
