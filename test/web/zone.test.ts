import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { epochMs, timestamp } from "../../src/domain/clock.ts";
import { timeScale } from "../../src/web/charts/time-axis.ts";
import {
  minuteText,
  ofMinute,
  readZoneFrom,
  USUAL_ZONE,
  zonedText,
  zoneNames,
  zoneOffsetMs,
} from "../../src/web/zone.ts";

let zone = USUAL_ZONE;
readZoneFrom(() => zone);
afterAll(() => readZoneFrom(() => USUAL_ZONE));

const HOUR_MS = 3_600_000;
const CANVAS = { width: 800, height: 100, left: 0, right: 800, top: 0, bottom: 100 };

describe("times in the reader's zone", () => {
  it.each([
    ["UTC", "2026-11-22 23:16:02", 0],
    ["Europe/Berlin", "2026-11-23 00:16:02", 1],
    ["America/New_York", "2026-11-22 18:16:02", -5],
    ["Asia/Kathmandu", "2026-11-23 05:01:02", 5.75],
  ])("in %s", (name, text, hours) => {
    zone = name;
    const at = "2026-11-22T23:16:02.987Z";
    expect(zonedText(at)).toBe(text);
    expect(zoneOffsetMs(epochMs(at))).toBe(hours * HOUR_MS);
  });

  it("a field for a minute means the moment that it was filled from, but in the hour that clocks show twice", () => {
    const names = fc.constantFrom(...zoneNames());
    const minutes = fc.integer({ min: epochMs("1990-01-01T00:00:00.000Z") / 60_000, max: 2.1e9 / 60 });
    fc.assert(
      fc.property(names, minutes, (name, minute) => {
        zone = name;
        const at = timestamp(minute * 60_000);
        const shown = minuteText(at);
        const read = ofMinute(shown);
        expect(minuteText(read)).toBe(shown);
        expect(epochMs(read)).toBeLessThanOrEqual(epochMs(at));
      }),
    );
  });

  it("takes the first of a minute that is shown twice, and goes past one that is not shown at all", () => {
    zone = "Europe/Berlin";
    expect(ofMinute("2026-10-25T02:30")).toBe("2026-10-25T00:30:00.000Z");
    expect(ofMinute("2026-03-29T02:30")).toBe("2026-03-29T01:30:00.000Z");
  });

  it("an axis of days has its ticks at the reader's midnights", () => {
    zone = "America/New_York";
    const from = epochMs("2026-11-18T00:00:00.000Z");
    const { ticks, x } = timeScale(CANVAS, [from, from + 4 * 24 * HOUR_MS]);
    expect(ticks.map(({ text }) => text)).toContain("11-19 00:00");
    const midnight = ticks.find(({ text }) => text === "11-19 00:00");
    expect(midnight?.at).toBeCloseTo(x(epochMs("2026-11-19T05:00:00.000Z")), 6);
  });
});
