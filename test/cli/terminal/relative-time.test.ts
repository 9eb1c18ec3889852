import { describe, expect, it } from "vitest";
import { formatAgo, formatDay, formatMoment, formatSpan } from "../../../src/cli/terminal/relative-time.ts";
import { ago, pipe, terminal } from "./records.ts";

const local = terminal({ isUtc: false });

describe("times", () => {
  it.each([
    [0.3, "now"],
    [4, "4s ago"],
    [131, "2m11s ago"],
    [7200, "2h00m ago"],
    [86_400 * 3, "3d00h ago"],
    [86_400 * 40, "2026-10-13"],
    [-540, "in 9m00s"],
  ])("%d s ago reads %s", (seconds, text) => {
    expect(formatAgo(ago(seconds), terminal())).toBe(text);
  });

  it("are in the person's zone, or in UTC, which is named", () => {
    expect(formatMoment(ago(0), local)).toBe("2026-11-22 13:00:00");
    expect(formatMoment(ago(0), terminal())).toBe("2026-11-22 12:00:00Z");
    expect(formatDay("2026-11-22T23:30:00.000Z", local)).toBe("2026-11-23");
  });

  it("are timestamps for programs", () => {
    expect(formatMoment(ago(0), pipe)).toBe("2026-11-22T12:00:00.000Z");
    expect(formatAgo(ago(0), pipe)).toBe("2026-11-22T12:00:00.000Z");
  });

  it("are left as they are when they are none", () => {
    expect(formatMoment("soon", terminal())).toBe("soon");
    expect(formatAgo("soon", terminal())).toBe("soon");
    expect(formatDay("soon", terminal())).toBe("soon");
  });

  it.each([
    [480, 780, "8–13m"],
    [40, 90, "40–90s"],
    [90, 150, "1.5–2.5m"],
    [5400, 10_800, "1.5–3h"],
    [0, 5, "0–5s"],
    [-20, 5, "0–5s"],
    [600, 600, "10m"],
    [86_400, 345_600, "1–4d"],
  ])("from %d to %d s reads %s", (low, high, text) => {
    expect(formatSpan(low, high, terminal())).toBe(text);
  });
});
