import type { FailureMark } from "../domain/failure.ts";
import { isSameFailure, isTelling } from "./fingerprint.ts";
import { chanceOfFailures, flakeRateOf, type FlakeRate } from "./flake-rate.ts";
import type { PastRequest } from "./past.ts";

/** One failed run as far as it tells what is wrong; without a mark it only counts. */
export type Failed = { failure?: FailureMark | undefined };

/** What a key's history says before a failure is looked at. */
export type Background = {
  rate: FlakeRate;
  /** Marks of failures that were flakes. */
  flakes: readonly FailureMark[];
  /** How likely one request brings a change that breaks the work. */
  chanceOfBreak: number;
};

/** Before anything is seen, one request in twenty breaks something (on IOF/ROL one in eighteen), with the weight of 20 requests. */
const BREAKS_PRIOR = { breaks: 1, requests: 20 };

/** A run of work that is broken fails so often. */
const FAILS_WHEN_BROKEN = 0.98;

/** A failure of broken work looks like an earlier flake so often. */
const LOOKS_LIKE_FLAKE = 0.1;

/** How much weight a new mark has among those of the same break, where each that was seen counts 1. */
const NEW_MARK = 0.1;

/** Works out the background from requests, oldest first. */
export function backgroundOf(requests: readonly PastRequest[]): Background {
  const flakes: FailureMark[] = [];
  let [breaks, streak] = [0, 0];
  for (const request of requests) {
    const isFlake = request.hasPassed || request.person_verdict === "flaky";
    if (isFlake) flakes.push(...request.failed.flatMap(({ failure }) => failure ?? []));
    streak = isFlake ? 0 : streak + 1;
    // a single failed request may have been a flake: it is counted there
    if (streak === 2) breaks += 1;
  }
  const chanceOfBreak = (BREAKS_PRIOR.breaks + breaks) / (BREAKS_PRIOR.requests + requests.length);
  return { rate: flakeRateOf(requests), flakes, chanceOfBreak };
}

/**
 * The probability that the work is broken, after these failures in a row (oldest first) and nothing that passed since the first:
 * Wald's sequential test ("Sequential Tests of Statistical Hypotheses", 1945) between "something has changed, and
 * every run fails" and "nothing has changed, these are flakes", with prior odds.
 */
export function chanceBroken(background: Background, failures: readonly Failed[]): number {
  const { rate, chanceOfBreak } = background;
  const prior = Math.log(chanceOfBreak) - Math.log1p(-chanceOfBreak);
  const ends = failures.length * Math.log(FAILS_WHEN_BROKEN) - Math.log(chanceOfFailures(rate, failures.length));
  const odds = prior + ends + evidenceOfMarks(background.flakes, failures);
  return 1 / (1 + Math.exp(-odds));
}

/**
 * What the marks say, as logarithmic odds. In either case the next mark is one that was seen before in proportion to how often it
 * was, or a new one with a certain weight: the Chinese restaurant process (Aldous, 1985). Flakes have many faces (weight 1), a
 * break has one, rarely that of a flake (weight 0.1). Marks without a line say nothing.
 */
function evidenceOfMarks(flakes: readonly FailureMark[], failures: readonly Failed[]): number {
  const asFlakes = flakes.filter(isTelling);
  const asBreaks: FailureMark[] = [];
  let odds = 0;
  for (const { failure } of failures) {
    if (failure === undefined || !isTelling(failure)) continue;
    const isLikeFlake = flakes.some((mark) => isSameFailure(mark, failure));
    // broken work may flake as well: that tells nothing of the mark of the break
    const asBreak = isLikeFlake ? LOOKS_LIKE_FLAKE : (1 - LOOKS_LIKE_FLAKE) * nextMark(asBreaks, failure, NEW_MARK);
    odds += Math.log(asBreak) - Math.log(nextMark(asFlakes, failure, 1));
    if (!isLikeFlake) asBreaks.push(failure);
    asFlakes.push(failure);
  }
  return odds;
}

/** How likely the next mark is this one. */
function nextMark(seen: readonly FailureMark[], failure: FailureMark, newWeight: number): number {
  const alike = seen.filter((mark) => isSameFailure(mark, failure)).length;
  return (alike === 0 ? newWeight : alike) / (seen.length + newWeight);
}
