import type { ChoiceAccuracy } from "../../domain/accuracy.ts";
import type { ResourceEstimate } from "../../domain/allocation.ts";
import type { Placement } from "../../domain/run.ts";
import { addNumbers } from "./sums.ts";

/** How long a run was expected to take, seconds: on the worker that was chosen, and on average on all that could have taken it. */
export type JudgedChoice = { chosen: number; mean: number; isUnlike: boolean };

/**
 * The choices of many runs. The sums are of those between workers that were thought to differ in speed, each by its `mean`:
 * of what it was expected to save, what it saved (both as logarithms of a ratio of times), and of the squared difference.
 */
export type ChoiceTally = {
  runs: number;
  unlike: number;
  seconds: number;
  predicted: number;
  realised: number;
  noise: number;
};

/**
 * What was expected of the workers that could have taken a run when it was placed, of which a placement keeps at most twenty;
 * undefined where there was but one, or nothing was predicted.
 */
export function choiceOf(
  { candidates }: Placement,
  duration: Pick<ResourceEstimate, "p50"> | undefined,
): JudgedChoice | undefined {
  const able = candidates.filter(({ verdict }) => verdict === "chosen" || verdict === "fits");
  const chosen = able.find(({ verdict }) => verdict === "chosen");
  if (duration === undefined || chosen === undefined || able.length < 2) return undefined;
  const factors = able.map(({ slowness = 1 }) => slowness);
  const mean = factors.reduce((sum, factor) => sum + factor, 0) / factors.length;
  const isUnlike = factors.some((factor) => factor !== factors[0]);
  return { chosen: duration.p50 * (chosen.slowness ?? 1), mean: duration.p50 * mean, isUnlike };
}

/** The choice of one run that took so many seconds. */
export function talliedChoice({ chosen, mean, isUnlike }: JudgedChoice, seconds: number): ChoiceTally {
  if (!isUnlike) return { runs: 1, unlike: 0, seconds: 0, predicted: 0, realised: 0, noise: 0 };
  const [predicted, realised] = [Math.log(mean / chosen), Math.log(mean / seconds)];
  return {
    runs: 1,
    unlike: 1,
    seconds: mean,
    predicted: mean * predicted,
    realised: mean * realised,
    noise: (mean * (realised - predicted)) ** 2,
  };
}

/** Those of different runs, together. */
export function addChoices(a: ChoiceTally | undefined, b: ChoiceTally | undefined): ChoiceTally | undefined {
  return a === undefined || b === undefined ? (a ?? b) : addNumbers(a, b);
}

/** How many standard errors are called chance. */
const CHANCE = 2;

/** What the choices were to save, and saved; null where no run had a choice. */
export function choiceAccuracy(tally: ChoiceTally | undefined): ChoiceAccuracy | null {
  if (tally === undefined || tally.runs === 0) return null;
  const { runs, unlike, seconds, noise } = tally;
  if (seconds <= 0) return { runs, unlike, seconds: 0, predicted: null, realised: null, give_or_take: null };
  const saved = (logs: number) => 1 - Math.exp(-logs / seconds);
  const give_or_take = (CHANCE * Math.sqrt(noise)) / seconds;
  return { runs, unlike, seconds, predicted: saved(tally.predicted), realised: saved(tally.realised), give_or_take };
}
