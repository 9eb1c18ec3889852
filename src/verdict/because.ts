import { describeRate, type FlakeRate } from "./flake-rate.ts";
import type { PastRequest, PastRun } from "./past.ts";

/*
 * The parts of the sentences that say why a verdict is what it is.
 */

/** `1 run`, `3 runs`. */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `212 of 214 earlier requests passed`, and whether the last did. */
export function passedText(past: readonly PastRequest[]): string {
  if (past.length === 0) return "no earlier request of its key";
  const passed = past.filter(({ hasPassed }) => hasPassed).length;
  if (passed === past.length)
    return past.length === 1 ? "the one earlier request passed" : `all ${past.length} earlier requests passed`;
  return `${passed} of ${countText(past.length, "earlier request")} passed, the last one ${past.at(-1)?.hasPassed === true ? "too" : "not"}`;
}

/** `it failed 2 times in a row, on w-1 and w-2, each time alike`. */
export function failuresText(failed: readonly PastRun[]): string {
  const workers = [...new Set(failed.flatMap(({ worker_name }) => worker_name ?? []))];
  const where = workers.length === 0 ? "" : ` on ${listText(workers)}`;
  if (failed.length === 1) return `it failed${where}`;
  const marks = new Set(failed.map(({ failure }) => failure?.fingerprint));
  const alike = marks.has(undefined) ? "" : marks.size === 1 ? ", each time alike" : ", not alike";
  return `it failed ${failed.length} times in a row${where}${alike}`;
}

/** `its runs fail by chance 0.4 % of the time (at most 1.8 %)`. */
export function rateText(rate: FlakeRate): string {
  const { mean, high } = describeRate(rate);
  return `runs of its key fail by chance in ${percent(mean)} (at most ${percent(high)})`;
}

/** `#12, #14 and 3 more`; runs of no request are counted. */
export function idList(requests: readonly PastRequest[]): string {
  const ids = requests.flatMap(({ work_request_id }) => work_request_id ?? []).map((id) => `#${id}`);
  if (ids.length === 0) return countText(requests.length, "earlier run");
  const shown = ids.slice(-3);
  const more = requests.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : listText(shown);
}

function listText(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  if (words.length > 3) return `${words.slice(0, 2).join(", ")} and ${words.length - 2} more`;
  return words.length <= 1 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}

function percent(share: number): string {
  const value = share * 100;
  return `${value >= 9.95 ? Math.round(value) : Number(value.toPrecision(2))} %`;
}
