import { formatDuration, formatShare, wholeNumber } from "./units.ts";
import { SPARE_ROOM_SHARE, SPARE_TIME_SHARE, type SpareWorkers } from "./waste.ts";

/** More names than this would be a wall of them. */
const MOST_NAMES = 8;

/** With less than a day's work to go by nobody should give a machine away. */
const LITTLE_SECONDS = 86_400;

/**
 * How many workers could go, in sentences: `Since 2026-11-16, what was reserved fits 21 of the 24 workers that take work,
 * 97 % of the time in which anything ran: w-03, w-07 and w-19 could go.`, then what that counts and leaves out.
 */
export function spareWorkersSentences(spare: SpareWorkers): string[] {
  const { since, runs, busy_seconds, workers, is_cut } = spare;
  const day = since.slice(0, "2026-11-16".length);
  if (workers === 0) return ["No worker takes work now: how many could go is not known."];
  if (runs === 0) return [`Nothing was reserved since ${day}: how many workers could go is not known.`];
  if (workers === 1) return ["One worker takes work, and it cannot go."];
  const of = `${wholeNumber(runs)} ${runs === 1 ? "run" : "runs"} in ${formatDuration(busy_seconds)} in which anything ran`;
  return [
    fitSentence(spare, day),
    `Counted are ${of}${is_cut ? ", the newest" : ""}: their memory, disk and cores beside those of the workers that stay, ${formatShare(SPARE_ROOM_SHARE)} of it left free, because runs leave gaps; and each of them would still find a worker.`,
    ...(busy_seconds < LITTLE_SECONDS ? ["That is less than a day: too little to give a machine away for."] : []),
  ];
}

function fitSentence({ workers, spare, fits }: SpareWorkers, day: string): string {
  if (fits === null) {
    return `All ${workers} workers that take work are needed: without any one of them, what was reserved since ${day} would fit less than ${formatShare(SPARE_TIME_SHARE)} of the time in which anything ran, or something that ran would find no worker.`;
  }
  const share = fits === 1 ? "All" : fits > 0.995 ? "More than 99 %" : formatShare(fits);
  return `${share} of the time in which anything ran since ${day}, what was reserved fits ${workers - spare.length} of the ${workers} workers that take work: ${namesText(spare)} could go.`;
}

function namesText(names: readonly string[]): string {
  if (names.length > MOST_NAMES) {
    return `${names.slice(0, MOST_NAMES).join(", ")} and ${names.length - MOST_NAMES} more`;
  }
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)!}`; // two at least
}
