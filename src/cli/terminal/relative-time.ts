import { epochMs, type Timestamp } from "../../domain/clock.ts";
import { formatSpan as spanText } from "../../domain/span-text.ts";
import { formatDuration } from "../../domain/units.ts";
import { symbols } from "./glyph.ts";
import type { Surface } from "./surface.ts";

/** From here on a date says more than an age. */
const DATE_AFTER_SECONDS = 30 * 86_400;

/** `4s ago`, `2m11s ago`, `in 9m00s`, or the date where it is long ago; for programs the timestamp itself. */
export function formatAgo(at: Timestamp, surface: Surface): string {
  const seconds = (surface.nowMs - epochMs(at)) / 1000;
  if (!surface.isTty || !Number.isFinite(seconds)) return at;
  if (Math.abs(seconds) >= DATE_AFTER_SECONDS) return formatMoment(at, surface).slice(0, "2026-11-22".length);
  const whole = Math.round(Math.abs(seconds));
  if (whole === 0) return "now";
  const age = whole < 60 ? `${whole}s` : formatDuration(whole);
  return seconds > 0 ? `${age} ago` : `in ${age}`;
}

/** `2026-11-22 17:16:02` in the person's zone, or in UTC, which is then named; for programs the timestamp itself. */
export function formatMoment(at: Timestamp, surface: Surface): string {
  const ms = epochMs(at);
  if (!surface.isTty || !Number.isFinite(ms)) return at;
  const timeZone = surface.isUtc ? "UTC" : surface.timeZone;
  const shown = formatIn(timeZone).format(ms);
  return timeZone === "UTC" ? `${shown}Z` : shown;
}

/** The day alone: `2026-11-22`. */
export function formatDay(at: Timestamp, surface: Surface): string {
  const ms = epochMs(at);
  if (!Number.isFinite(ms)) return at;
  return formatIn(surface.isUtc || !surface.isTty ? "UTC" : surface.timeZone)
    .format(ms)
    .slice(0, "2026-11-22".length);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Sweden writes dates as ISO 8601 does. */
function formatIn(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
  formats.set(timeZone, made);
  return made;
}

/** A range of time, as `domain/span-text.ts` writes it, with signs that the surface can show. */
export function formatSpan(lowSeconds: number, highSeconds: number, surface: Pick<Surface, "hasUnicode">): string {
  return spanText(lowSeconds, highSeconds, symbols(surface).range);
}
