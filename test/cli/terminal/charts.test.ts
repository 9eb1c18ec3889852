import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { curveLines } from "../../../src/cli/terminal/curve-plot.ts";
import { histogram } from "../../../src/cli/terminal/histogram.ts";
import { scatter } from "../../../src/cli/terminal/scatter.ts";
import { bar, peaks, sparkline } from "../../../src/cli/terminal/spark.ts";
import { displayWidth } from "../../../src/cli/terminal/width.ts";
import { terminal } from "./records.ts";

const unicode = terminal();
const ascii = terminal({ hasUnicode: false });
const format = (value: number): string => value.toFixed(1);

describe("a sparkline", () => {
  it("has a bar for each value, from the lowest to the highest", () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], unicode)).toBe("▁▂▃▄▅▆▇█");
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], ascii)).toBe("_.-=+*%#");
    expect(sparkline([5, 5], unicode)).toBe("▁▁");
    expect(sparkline([], unicode)).toBe("");
    expect(sparkline([5, 100, -3], unicode, { from: 0, to: 10 })).toBe("▅█▁");
  });

  it("keeps the peaks when it is narrower than its values", () => {
    expect(peaks([1, 9, 1, 1, 1, 8], 3)).toEqual([9, 1, 8]);
    expect(sparkline([1, 9, 1, 1, 1, 9], unicode, { width: 3 })).toBe("█▁█");
  });
});

describe("a bar", () => {
  it.each([
    [0, "▕    ▏", "[....]"],
    [0.5, "▕██  ▏", "[##..]"],
    [0.53125, "▕██▏ ▏", "[##..]"],
    [0.001, "▕▏   ▏", "[....]"],
    [1, "▕████▏", "[####]"],
    [7, "▕████▏", "[####]"],
    [Number.NaN, "▕    ▏", "[....]"],
  ])("filled to %d", (fraction, expected, expectedAscii) => {
    expect(bar(fraction, 4, unicode)).toBe(expected);
    expect(bar(fraction, 4, ascii)).toBe(expectedAscii);
  });
});

describe("a scatter", () => {
  const points = [1, 2, 3, 4, 5, 6, 7, 8].map((value) => ({ value, mark: "passed" as const, reserved: 6 }));
  const options = {
    width: 30,
    height: 4,
    format,
    labels: [
      { value: 4, text: "p50" },
      { value: 9, text: "over" },
    ],
  };

  it("has points, the reserved line and labels in their rows", () => {
    expect(scatter(points, unicode, options).lines).toMatchInlineSnapshot(`
      [
        "  7.1 ┤            ⠠ ⠈  ↑ over",
        "  5.4 ┤┄┄┄┄┄┄┄┄⠠┄⠈┄┄┄┄",
        "  3.6 ┤    ⡀ ⠂          p50",
        "  1.9 ┤⡀ ⠂",
      ]
    `);
    expect(scatter(points, ascii, options).lines).toMatchInlineSnapshot(`
      [
        "  7.1 |            . .  ^ over",
        "  5.4 |--------.-.----",
        "  3.6 |    . .          p50",
        "  1.9 |. .",
      ]
    `);
  });

  it("shows a failure above all that is in its cell", () => {
    const many = Array.from({ length: 100 }, (_, index) => ({
      value: 1,
      mark: index === 50 ? ("failed" as const) : index === 0 ? ("infrastructure" as const) : ("passed" as const),
    }));
    expect(scatter(many, unicode, { ...options, height: 1, labels: [] }).lines).toMatchInlineSnapshot(`
      [
        "  1.0 ┤▲⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒✕⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒",
      ]
    `);
  });

  it("names a reservation that is far above, without drawing it", () => {
    const far = points.map((point) => ({ ...point, reserved: 100 }));
    const labels = [{ value: 100, text: "reserved" }];
    expect(scatter(far, ascii, { ...options, labels }).lines).toMatchInlineSnapshot(`
      [
        "  7.1 |         ..  ^ reserved",
        "  5.4 |      ..",
        "  3.6 |   ..",
        "  1.9 |..",
      ]
    `);
  });

  it("fits its width, whatever the values", () => {
    const values = fc.array(fc.double({ min: 0, max: 1e15, noNaN: true }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(values, fc.integer({ min: 60, max: 110 }), (all, width) => {
        const drawn = all.map((value) => ({ value, mark: "passed" as const }));
        const { lines } = scatter(drawn, unicode, { width, height: 8, format: String, labels: [] });
        expect(lines.length).toBe(8);
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
        expect(lines.join("")).toMatch(/[\u2801-\u28ff]/);
      }),
    );
  });
});

describe("a histogram", () => {
  it("has a row for each range, with its failures and labels", () => {
    const values = [1, 1.1, 1.2, 2, 2.1, 4].map((value, index) => ({ value, isFailed: index === 3 }));
    const options = {
      width: 40,
      format,
      labels: [
        { value: 1.6, text: "p50" },
        { value: 9, text: "reserved" },
      ],
    };
    expect(histogram(values, unicode, options)).toMatchInlineSnapshot(`
      [
        "  1.0–2.0  ███████████ 3      p50",
        "  2.0–3.0  ███████▍ 2 ✕ 1",
        "  3.0–4.0  ███▋ 1             ↑ reserved",
      ]
    `);
    expect(histogram(values, ascii, options)).toMatchInlineSnapshot(`
      [
        "  1.0-2.0  ########### 3      p50",
        "  2.0-3.0  ####### 2 x 1",
        "  3.0-4.0  #### 1             ^ reserved",
      ]
    `);
  });

  it("has one row where all values are equal", () => {
    const values = [3, 3].map((value) => ({ value, isFailed: false }));
    expect(histogram(values, unicode, { width: 30, format, labels: [{ value: 3, text: "p50" }] }))
      .toMatchInlineSnapshot(`
      [
        "  3.0  ████████████████ 2  p50",
      ]
    `);
  });

  it("counts every value once", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e12, noNaN: true }), { minLength: 1 }), (values) => {
        const lines = histogram(
          values.map((value) => ({ value, isFailed: false })),
          ascii,
          { width: 60, format, labels: [] },
        );
        const counted = lines.reduce((sum, line) => sum + Number(/ (\d+)$/.exec(line)?.[1] ?? 0), 0);
        expect(counted).toBe(values.length);
      }),
    );
  });
});

describe("the curve of a run", () => {
  const curve = {
    at_ms: [1000, 2000, 4000],
    memory: [100, 400, 200],
    cpu_millicores: [1000, 0, 2000],
    disk_space: [0, 0, 0],
  };
  const lines = (columns: number, hasUnicode = true): string[] => curveLines(curve, terminal({ columns, hasUnicode }));

  it("stands on zero, as wide as its time, with the highest value at its scale", () => {
    expect(lines(24)).toMatchInlineSnapshot(`
      [
        "  memory",
        "  400B ┤    ████",
        "       ┤    ████",
        "       ┤    ████████████",
        "     0 ┤████████████████",
        "  cores",
        "     2 ┤        ████████",
        "       ┤        ████████",
        "       ┤████    ████████",
        "     0 ┤████    ████████",
        "        0s          4.0s",
      ]
    `);
  });

  it("is made of ASCII where nothing else is shown", () => {
    expect(lines(24, false)).toMatchInlineSnapshot(`
      [
        "  memory",
        "  400B |    ####",
        "       |    ####",
        "       |    ############",
        "     0 |################",
        "  cores",
        "     2 |        ########",
        "       |        ########",
        "       |####    ########",
        "     0 |####    ########",
        "        0s          4.0s",
      ]
    `);
  });

  it("leaves out what was never used, and is nothing without points", () => {
    expect(lines(80).join("\n")).not.toContain("disk");
    expect(curveLines({ at_ms: [], memory: [], cpu_millicores: [], disk_space: [] }, unicode)).toEqual([]);
  });

  it("shows every peak, however narrow it is drawn", () => {
    const point = fc.record({
      step: fc.integer({ min: 1, max: 100_000 }),
      memory: fc.integer({ min: 0, max: 2 ** 40 }),
    });
    fc.assert(
      fc.property(
        fc.array(point, { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 20, max: 200 }),
        (points, columns) => {
          let at = 0;
          const drawn = curveLines(
            {
              at_ms: points.map(({ step }) => (at += step)),
              memory: points.map(({ memory }) => memory),
              cpu_millicores: points.map(() => 0),
              disk_space: points.map(() => 0),
            },
            terminal({ columns }),
          );
          const highest = Math.max(...points.map(({ memory }) => memory));
          expect(drawn.some((line) => line.includes("█"))).toBe(highest > 0);
          for (const line of drawn) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });
});
