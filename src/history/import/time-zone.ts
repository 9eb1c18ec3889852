import { DAY_MS } from "../../domain/clock.ts";

/** Years outside of these are taken for a wrong unit (seconds for milliseconds, or the reverse). */
const FIRST_MS = Date.UTC(1990, 0, 1);
const LAST_MS = Date.UTC(2100, 0, 1);

/** From here on a bare number is milliseconds since 1970, below it seconds: 1973 in the one, 5138 in the other. */
const MILLISECONDS_FROM = 1e11;

/** What a time may look like, for messages. */
export const TIME_EXPECTED = "a time between 1990 and 2100, like 2026-11-22 17:16:02 or seconds since 1970";

const LOCAL_TIME = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d\d:?\d\d)?$/i;

/** True for an IANA name (`Europe/Berlin`) or an offset (`+02:00`) that this machine knows. */
export function isTimeZone(text: string): boolean {
  return formatOf(text) !== undefined;
}

/**
 * Milliseconds since 1970 meant by `2026-11-22 17:16:02.123` (in the zone given), by the same with `Z` or an
 * offset, or by a number since 1970 in seconds or milliseconds; undefined when the text is none of these. A time that
 * a clock change skipped or repeated is read with the offset from before the change.
 */
export function parseMoment(text: string, timeZone: string): number | undefined {
  const at = /^\d{1,16}(\.\d+)?$/.test(text) ? epochOf(Number(text)) : calendarOf(text, timeZone);
  return at !== undefined && at >= FIRST_MS && at < LAST_MS ? at : undefined;
}

function epochOf(value: number): number {
  return Math.round(value >= MILLISECONDS_FROM ? value : value * 1000);
}

function calendarOf(text: string, timeZone: string): number | undefined {
  const match = LOCAL_TIME.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  // the expression has matched: all six are numbers
  const local = Date.UTC(year!, month! - 1, day, hour, minute, second);
  const written = new Date(local);
  if (written.getUTCDate() !== day || written.getUTCHours() !== hour || written.getUTCMonth() !== month! - 1) {
    return undefined; // 31 February, 25 o'clock
  }
  const fraction = Math.floor(Number(`0.${match[7] ?? "0"}`) * 1000);
  const offset = match[8] === undefined ? zoneOffsetMs(local, timeZone) : writtenOffsetMs(match[8]);
  return offset === undefined ? undefined : local + fraction - offset;
}

function writtenOffsetMs(text: string): number {
  if (text.toUpperCase() === "Z") return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(-2));
  return (text.startsWith("-") ? -minutes : minutes) * 60_000;
}

/** How far the zone's clocks are ahead of UTC when they show this local time (given as if it were UTC). */
function zoneOffsetMs(local: number, timeZone: string): number | undefined {
  if (timeZone === "UTC") return 0;
  const before = offsetAt(local - DAY_MS, timeZone);
  if (before === undefined) return undefined;
  const near = offsetAt(local - before, timeZone)!; // the zone is known: it answered just now
  if (near === before) return near;
  // a change lies within the day: the new offset holds if the clock can show this time with it alone
  const isSkipped = offsetAt(local - near, timeZone) !== near;
  return isSkipped ? before : near;
}

function offsetAt(at: number, timeZone: string): number | undefined {
  const format = formatOf(timeZone);
  if (format === undefined) return undefined;
  const parts: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(at)) parts[type] = Number(value);
  const { year, month, day, hour, minute, second } = parts;
  const shown = Date.UTC(year!, month! - 1, day, hour, minute, second); // the format below asks for all six
  return shown - Math.floor(at / 1000) * 1000;
}

const formats = new Map<string, Intl.DateTimeFormat | undefined>();

/** Formats are dear to make and cheap to keep. */
function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  if (!formats.has(timeZone)) formats.set(timeZone, makeFormat(timeZone));
  return formats.get(timeZone);
}

function makeFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined; // no such zone: the caller says so
    throw error;
  }
}
