import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { epochMs, timestamp } from "../../src/domain/clock.ts";
import { MISSED_POLICIES, type MissedPolicy } from "../../src/domain/schedule.ts";
import { dueNow, MOST_MADE_UP, nextDue, whatIsWrong } from "../../src/timetable/due-times.ts";

const of = (cron: string, time_zone: string, next_at: string, missed: MissedPolicy = "all") => ({
  cron,
  time_zone,
  next_at,
  missed,
});

describe("what a schedule takes", () => {
  it.each(["*/5 * * * *", "0 3 * * 1-5", "@daily", "0 0 L * *", "0 0 * * 1#2"])("is %s", (cron) => {
    expect(whatIsWrong(cron, "Europe/Berlin")).toEqual([]);
  });

  it.each([
    ["61 * * * *", "Invalid value for minute: 61"],
    ["* * *", "five fields"],
    ["* * * * * *", "five fields"],
    ["@reboot", "not supported"],
    ["0 0 31 2 *", "a cron expression that is due some day"],
  ])("is not %s", (cron, expected) => {
    expect(whatIsWrong(cron, "UTC")).toMatchObject([{ field: "cron", expected: expect.stringContaining(expected) }]);
  });

  it("is a time zone that exists", () => {
    expect(whatIsWrong("* * * * *", "Mars/Olympus")).toMatchObject([{ field: "time_zone" }]);
  });
});

describe("when clocks are set", () => {
  it("forward, a time that does not exist is due when they have been", () => {
    const due = dueNow(of("30 2 * * *", "Europe/Berlin", "2026-03-28T01:30:00.000Z"), "2026-03-30T12:00:00.000Z");
    expect(due.fire).toEqual(["2026-03-28T01:30:00.000Z", "2026-03-29T01:00:00.000Z", "2026-03-30T00:30:00.000Z"]);
  });

  it("back, a time that exists twice is due once", () => {
    const due = dueNow(of("30 2 * * *", "Europe/Berlin", "2026-10-24T00:30:00.000Z"), "2026-10-26T12:00:00.000Z");
    expect(due.fire).toEqual(["2026-10-24T00:30:00.000Z", "2026-10-25T00:30:00.000Z", "2026-10-26T01:30:00.000Z"]);
  });

  it("back, what is due in any hour is due in both", () => {
    const due = dueNow(of("30 * * * *", "America/New_York", "2026-11-01T04:30:00.000Z"), "2026-11-01T07:30:00.000Z");
    expect(due.fire.map((at) => at.slice(11, 16))).toEqual(["04:30", "05:30", "06:30", "07:30"]);
  });

  it("by half an hour, each minute is due once", () => {
    const due = dueNow(
      of("*/10 * * * *", "Australia/Lord_Howe", "2026-04-04T14:00:00.000Z"),
      "2026-04-04T16:00:00.000Z",
    );
    expect(due.fire).toHaveLength(13);
    expect(new Set(due.fire).size).toBe(13);
  });
});

describe("missed times", () => {
  const hourly = (missed: MissedPolicy, next_at = "2026-11-22T01:00:00.000Z") =>
    of("0 * * * *", "UTC", next_at, missed);
  const now = "2026-11-22T04:30:00.000Z";

  it("are skipped, made up for once, or all made up for", () => {
    expect(dueNow(hourly("skip"), now)).toEqual({
      fire: [],
      skipped: "2026-11-22T04:00:00.000Z",
      skipped_count: 4,
      next: "2026-11-22T05:00:00.000Z",
    });
    expect(dueNow(hourly("once"), now)).toMatchObject({ fire: ["2026-11-22T04:00:00.000Z"], skipped_count: 3 });
    expect(dueNow(hourly("all"), now)).toMatchObject({ fire: { length: 4 }, skipped_count: 0 });
  });

  it("do not include one that is just due", () => {
    const punctual = dueNow(hourly("skip", "2026-11-22T04:00:00.000Z"), "2026-11-22T04:00:59.000Z");
    expect(punctual).toMatchObject({ fire: ["2026-11-22T04:00:00.000Z"], skipped_count: 0 });
  });

  it("are made up for a hundred times at most, the newest", () => {
    const due = dueNow(of("* * * * *", "UTC", "2026-01-01T00:00:00.000Z"), now);
    expect(due.fire).toHaveLength(MOST_MADE_UP);
    expect(due.fire.at(-1)).toBe("2026-11-22T04:30:00.000Z");
    expect(due.skipped_count).toBe(1);
  });
});

describe("due times", () => {
  const crons = fc.constantFrom("* * * * *", "*/7 * * * *", "30 2 * * *", "0 0 * * 0", "15 1-3 * * *", "0 12 1 * *");
  const zones = fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata");
  // around the days on which clocks are set, too
  const moments = fc.integer({ min: Date.UTC(2025, 0), max: Date.UTC(2027, 0) }).map((ms) => timestamp(ms));

  it("come one after the other, whenever they are looked at, and none twice", () => {
    fc.assert(
      fc.property(
        crons,
        zones,
        moments,
        fc.array(fc.integer({ min: 1, max: 4 * 3_600_000 }), { maxLength: 8 }),
        (...given) => {
          const [cron, time_zone, start, steps] = given;
          let next_at = nextDue({ cron, time_zone }, start)!;
          let nowMs = epochMs(start);
          const fired: string[] = [];
          for (const step of steps) {
            nowMs += step;
            const now = timestamp(nowMs);
            if (next_at > now) continue;
            const due = dueNow(of(cron, time_zone, next_at), now);
            fired.push(...due.fire);
            expect(due.next! > now).toBe(true);
            next_at = due.next!;
          }
          expect(fired).toEqual([...new Set(fired)].sort());
          const atOnce = dueNow(of(cron, time_zone, nextDue({ cron, time_zone }, start)!), timestamp(nowMs));
          // what is too much to be made up for at once is passed over
          fc.pre(atOnce.skipped_count === 0);
          expect(fired).toEqual(atOnce.fire);
        },
      ),
    );
  });

  it.each(MISSED_POLICIES)("are all after the last look, whatever is missed (%s)", (missed) => {
    fc.assert(
      fc.property(crons, zones, moments, moments, (cron, time_zone, from, now) => {
        const next_at = nextDue({ cron, time_zone }, from)!;
        if (next_at > now) return;
        const { fire, next } = dueNow(of(cron, time_zone, next_at, missed), now);
        expect(fire.every((at) => at >= next_at && at <= now)).toBe(true);
        expect(next! > now).toBe(true);
      }),
    );
  });
});
