import { DAY_MS, epochMs, momentText, timestamp, type Timestamp } from "../domain/clock.ts";

/*
 * The reader's time zone. Nearly everything on a page that names a moment is made from it, so it is not handed through every
 * function but asked for: whoever renders says who reads (decision 0011). Days that are counted by are days of UTC.
 */

/** The zone of pages whose reader has chosen none. */
export const USUAL_ZONE = "UTC";

let readersZone: () => string = () => USUAL_ZONE;

/** Says where the zone of the page that is being rendered is to be had. */
export function readZoneFrom(source: () => string): void {
  readersZone = source;
}

/** The IANA name of the reader's zone: `Europe/Berlin`. */
export function zoneName(): string {
  return readersZone();
}

/** Every zone that can be chosen. */
export function zoneNames(): string[] {
  return [...new Set([USUAL_ZONE, ...Intl.supportedValuesOf("timeZone")])];
}

/** One for each zone that somebody reads in: making one takes longer than a hundred uses. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** A moment as people read it, in the reader's zone: `2026-11-22 17:16:02`. */
export function zonedText(at: Timestamp): string {
  const zone = zoneName();
  if (zone === USUAL_ZONE) return momentText(at);
  let format = formats.get(zone);
  if (format === undefined) {
    // Sweden writes dates as ISO 8601 does
    format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
    formats.set(zone, format);
  }
  return format.format(epochMs(at));
}

/** How far the reader's clocks are ahead of UTC then, in milliseconds. */
export function zoneOffsetMs(atMs: number): number {
  if (zoneName() === USUAL_ZONE) return 0;
  const wall = epochMs(`${zonedText(timestamp(atMs)).replace(" ", "T")}Z`);
  return wall - Math.floor(atMs / 1000) * 1000;
}

/** What a browser's field for a moment shows: `2026-11-22T17:16`, in the reader's zone. */
export function minuteText(at: Timestamp): string {
  return zonedText(at).slice(0, "2026-11-22 17:16".length).replace(" ", "T");
}

/** The moment that such a field means; of an hour that clocks show twice the first, of one that they skip the one after. */
export function ofMinute(minute: string): Timestamp {
  const wall = epochMs(`${minute}:00.000Z`);
  const guess = wall - zoneOffsetMs(wall);
  const [before, after] = [zoneOffsetMs(guess - DAY_MS), zoneOffsetMs(guess + DAY_MS)];
  const fits = [before, after].find((offset) => zoneOffsetMs(wall - offset) === offset);
  return timestamp(wall - (fits ?? before));
}
