import { array, assert, integer, property, record } from "fast-check";
import { renderToString } from "preact-render-to-string";
import { describe, expect, it } from "vitest";
import { drawnTime } from "../../src/web/charts/compressed-time.ts";
import { timelineChart } from "../../src/web/charts/timeline.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const stretches = array(record({ from: integer({ min: 0, max: 10_000 }), minutes: integer({ min: 1, max: 500 }) }), {
  minLength: 1,
  maxLength: 20,
}).map((all) => all.map(({ from, minutes }) => ({ from: from * MINUTE, to: (from + minutes) * MINUTE })));

describe("time with its idle stretches drawn short", () => {
  it("draws a night between two hours of work as a tenth of them", () => {
    const { gaps, length, place } = drawnTime(
      [0, 14 * HOUR],
      [
        { from: 0, to: HOUR },
        { from: 13 * HOUR, to: 14 * HOUR },
      ],
    );
    expect(gaps).toEqual([{ from: HOUR, to: 13 * HOUR }]);
    expect(length).toBeCloseTo(2.2 * HOUR);
    expect([place(HOUR), place(7 * HOUR), place(13 * HOUR)].map((at) => at / HOUR)).toEqual(
      [1, 1.1, 1.2].map((at) => expect.closeTo(at)),
    );
  });

  it("leaves breaks of ten minutes, and all of a time in which nothing ran, as they are", () => {
    const busy = [
      { from: 0, to: MINUTE },
      { from: 11 * MINUTE, to: 12 * MINUTE },
    ];
    expect(drawnTime([0, 12 * MINUTE], busy).gaps).toEqual([]);
    expect(drawnTime([0, 12 * HOUR], [])).toMatchObject({ gaps: [], length: 12 * HOUR });
  });

  it("keeps the order of moments and the length of whatever went on, and is never longer than the time itself", () => {
    assert(
      property(stretches, (busy) => {
        const last = Math.max(...busy.map(({ to }) => to)) + HOUR;
        const { gaps, length, place } = drawnTime([0, last], busy);
        expect(place(0)).toBe(0);
        expect(length).toBeLessThanOrEqual(last);
        for (const { from, to } of busy) expect(place(to) - place(from)).toBeCloseTo(to - from, 0);
        for (const { from, to } of gaps) expect(place(to)).toBeGreaterThan(place(from));
      }),
    );
  });

  it("is told beside the picture and in it, and the clock is read again after each gap", () => {
    const start = Date.UTC(2030, 0, 1, 8);
    const span = (from: number, to: number) => ({
      from: start + from,
      to: start + to,
      kind: "success" as const,
      text: "ran",
    });
    const html = renderToString(
      timelineChart({
        sentence: "When it ran.",
        lanes: [{ name: "build", spans: [span(0, HOUR), span(13 * HOUR, 14 * HOUR)] }],
        range: [start, start + 14 * HOUR],
      }),
    );
    expect(html).toContain("When it ran. 12h00m in which nothing ran are drawn short.");
    expect(html).toContain("nothing ran: drawn short");
    expect(html).toMatch(/<rect class="gap"/);
    for (const clock of ["08:00", "09:00", "21:00", "22:00"]) expect(html).toContain(`>${clock}<`);
    const [first, second] = JSON.parse(/data-chart="([^"]*)"/.exec(html)![1]!.replaceAll("&quot;", '"')) as number[][]; // of two spans
    expect([first![0], second![0]].map((x) => x! / HOUR)).toEqual([0.5, 1.7].map((at) => expect.closeTo(at)));
  });
});
