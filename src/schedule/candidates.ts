import { CANDIDATE_VERDICTS, type Candidate } from "../domain/run.ts";

/** How many candidates are kept with a placement or an answer. */
export const KEPT_CANDIDATES = 20;

/** Candidates for people: the chosen and the nearest first, cut to what is kept. */
export function keptCandidates(candidates: readonly Candidate[]): Candidate[] {
  return candidates.toSorted((a, b) => rank(a) - rank(b)).slice(0, KEPT_CANDIDATES);
}

const NEAREST_FIRST = ["chosen", "fits", "reserved", "no_room", "avoided", "draining", "offline"];

function rank({ verdict }: Candidate): number {
  const position = NEAREST_FIRST.indexOf(verdict);
  return position < 0 ? NEAREST_FIRST.length + CANDIDATE_VERDICTS.indexOf(verdict) : position;
}
