import { TOLD_AT, type ToldAt, type ToldEnds } from "../../domain/accuracy.ts";
import { countedError, errorAt, type ErrorCounts } from "./errors.ts";
import type { JudgedEnd, JudgedRun } from "./judge.ts";
import { addNumbers, shareOf } from "./sums.ts";

/** The ends that were told of many runs when one share of each was over. */
type EndTally = { judged: number; sooner: number; later: number; errors: ErrorCounts };

/** Those of each share. */
export type EndTallies = Partial<Record<`${ToldAt}`, EndTally>>;

/** The ends that were told of one run. */
export function talliedEnds({ told = [], seconds }: Pick<JudgedRun, "told" | "seconds">): EndTallies {
  const tallies: EndTallies = {};
  for (const end of told) tallies[`${end.at}`] = talliedEnd(end, seconds);
  return tallies;
}

function talliedEnd({ p50, p90 }: JudgedEnd, seconds: number): EndTally {
  return {
    judged: 1,
    sooner: seconds < p50 ? 1 : 0,
    later: seconds > p90 ? 1 : 0,
    errors: countedError(Math.abs(p50 - seconds) / seconds),
  };
}

/** Those of different runs, together. */
export function addEnds(a: EndTallies, b: EndTallies): EndTallies {
  const sum: EndTallies = { ...a };
  for (const at of TOLD_AT) {
    const [left, right] = [a[`${at}`], b[`${at}`]];
    if (right !== undefined) sum[`${at}`] = left === undefined ? right : addEnd(left, right);
  }
  return sum;
}

function addEnd({ errors: left, ...a }: EndTally, { errors: right, ...b }: EndTally): EndTally {
  return { ...addNumbers(a, b), errors: addNumbers(left, right) };
}

/** How right they were; empty where no run can be judged. */
export function toldEndsOf(tallies: EndTallies): ToldEnds[] {
  return TOLD_AT.flatMap((at): ToldEnds[] => {
    const tally = tallies[`${at}`];
    if (tally === undefined) return [];
    const { judged, sooner, later, errors } = tally;
    return [
      {
        at,
        judged,
        median_error: errorAt(errors, 0.5),
        p90_error: errorAt(errors, 0.9),
        sooner: shareOf(sooner, judged),
        within: shareOf(judged - sooner - later, judged),
        later: shareOf(later, judged),
      },
    ];
  });
}
