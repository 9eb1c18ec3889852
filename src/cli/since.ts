import { timestamp, type Timestamp } from "../domain/clock.ts";
import { parseDuration } from "../domain/units.ts";
import { usageError } from "./failure.ts";

/** The moment that `--since`, or such an option, means: a time ago (`7d`) or a date. Throws a usage error for anything else. */
export function sinceOf(text: string, nowMs: number, option = "--since"): Timestamp {
  const seconds = /^\d+$/.test(text) ? undefined : parseDuration(text);
  const ms = seconds === undefined ? Date.parse(text) : nowMs - seconds * 1000;
  if (Number.isNaN(ms))
    throw usageError(`${option}: "${text}" is neither a time ago nor a date.`, "Such as 7d, 12h, 2026-11-01.");
  return timestamp(ms);
}
