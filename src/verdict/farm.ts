import { epochMs, type Timestamp } from "../domain/clock.ts";

/** A failed run with one certain fingerprint. */
export type AlikeFailure = { task_name: string; subject: string; completed_at: Timestamp };

/** So many different subjects that begin to fail alike within the time are no coincidence. */
export const FARM_SUBJECTS = 5;
export const FARM_WINDOW_MS = 3_600_000;

/**
 * Whether failures with the same fingerprint point at the farm, not at the work: at least five different subjects within an hour,
 * and none before that. Undefined when they do not. The window ends with the newest of them.
 */
export function farmProblem(
  alike: readonly AlikeFailure[],
): { subjects: number; since: Timestamp; because: string } | undefined {
  const times = alike.map(({ completed_at }) => completed_at).toSorted();
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined || epochMs(last) - epochMs(first) > FARM_WINDOW_MS) return undefined;
  const subjects = new Set(alike.map(({ task_name, subject }) => `${task_name}\n${subject}`)).size;
  if (subjects < FARM_SUBJECTS) return undefined;
  const because = `the same new failure in ${subjects} different subjects within an hour: the farm is at fault, or something that all of them use`;
  return { subjects, since: first, because };
}
