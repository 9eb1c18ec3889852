import type { VNode } from "preact";
import { epochMs, type Timestamp } from "../../domain/clock.ts";
import { formatDuration, wholeNumber } from "../../domain/units.ts";
import { element as e } from "../element.ts";
import { zonedText } from "../zone.ts";

const DAY_SECONDS = 86_400;

/** How long ago it was, with the moment itself for machines and in the title: `4m12s ago`; a date after a month. */
export function ago(at: Timestamp, now: Timestamp): VNode {
  const seconds = Math.max(0, epochMs(now) - epochMs(at)) / 1000;
  const text =
    seconds > 30 * DAY_SECONDS
      ? zonedText(at).slice(0, "2026-11-22".length)
      : seconds < 1
        ? "just now"
        : `${formatDuration(Math.round(seconds))} ago`;
  return e("time", { datetime: at, title: zonedText(at) }, text);
}

/** How long it is until then: `in 12h05m`; `now` once it has come. */
export function ahead(at: Timestamp, now: Timestamp): VNode {
  const seconds = Math.round((epochMs(at) - epochMs(now)) / 1000);
  return e("time", { datetime: at, title: zonedText(at) }, seconds < 1 ? "now" : `in ${formatDuration(seconds)}`);
}

/** The moment: `2026-11-22 17:16:02`, in the reader's time zone. */
export function moment(at: Timestamp): VNode {
  return e("time", { datetime: at }, zonedText(at));
}

/** `2026-11-22`: a day of UTC, by which runs are counted. */
export function dayText(at: Timestamp): string {
  return at.slice(0, "2026-11-22".length);
}

/** How long something is kept: `90 days`; null: `for ever`. */
export function ageText(seconds: number | null): string {
  if (seconds === null) return "for ever";
  const days = seconds / DAY_SECONDS;
  if (days === 1) return "1 day";
  return Number.isInteger(days) ? `${wholeNumber(days)} days` : formatDuration(seconds);
}

/** Seconds between two moments, never below 0. */
export function secondsBetween(from: Timestamp, to: Timestamp): number {
  return Math.max(0, epochMs(to) - epochMs(from)) / 1000;
}
