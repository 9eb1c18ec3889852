import { TypeOverrides } from "pg";

/** Type numbers of PostgreSQL's catalogue. */
const INT8 = 20;
const JSON_TYPE = 114;
const TIMESTAMPTZ = 1184;

/** How values are read: times as RFC 3339 in UTC with milliseconds, counts as numbers, JSON by `columns.ts`. */
export const postgresTypes = new TypeOverrides();
postgresTypes.setTypeParser(TIMESTAMPTZ, timestampOf);
postgresTypes.setTypeParser(INT8, safeNumber);
postgresTypes.setTypeParser(JSON_TYPE, asItIs);

/** `2026-11-22 17:16:02.123+00`, in whatever zone the session has. */
export function timestampOf(text: string): string {
  const [, day, time, fraction = "", zone] =
    /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?([+-]\d\d(?::\d\d){0,2})$/.exec(text) ?? [];
  if (day === undefined || zone === undefined) throw new TypeError(`not a time of PostgreSQL: ${text}`);
  const ms = fraction.padEnd(3, "0").slice(0, 3);
  if (zone === "+00") return `${day}T${time}.${ms}Z`;
  return new Date(`${day}T${time}.${ms}${zone.length === 3 ? `${zone}:00` : zone}`).toISOString();
}

function safeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`not exact as a number: ${text}`);
  return value;
}

function asItIs(text: string): string {
  return text;
}
