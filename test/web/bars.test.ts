import { renderToString } from "preact-render-to-string";
import { describe, expect, it } from "vitest";
import { progressBar, segmentBar } from "../../src/web/charts/bars.ts";

/** The boxes of a path, each as where it begins and how long it is; the whole is 300. */
function boxes(html: string, look: string): number[][] {
  const path = new RegExp(`class="${look}" d="([^"]*)"`).exec(html)?.[1] ?? "";
  return [...path.matchAll(/M([\d.]+) 0h([\d.]+)/g)].map(([, from, length]) => [Number(from), Number(length)]);
}

const free = (html: string) => /class="bar-room" d="M([\d.]+) 8H300"/.exec(html)?.[1];

describe("a bar that is cut into those who hold it", () => {
  it("has their parts one after the other, what they use solid in each, and what is free at the end", () => {
    const html = renderToString(
      segmentBar("memory", [
        { held: 0.5, used: 0.25 },
        { held: 0.25, used: 0.25 },
      ]),
    );
    expect(boxes(html, "bar-reserved")).toEqual([
      [0, 150],
      [150, 75],
    ]);
    expect(boxes(html, "bar-used")).toEqual([
      [0, 75],
      [150, 75],
    ]);
    expect(free(html)).toBe("225");
  });

  it("gives whoever uses more than it holds the room that it takes, and none beyond the end", () => {
    const html = renderToString(
      segmentBar("memory", [
        { held: 0.2, used: 0.6 },
        { held: 0.2, used: 0.9 },
      ]),
    );
    expect(boxes(html, "bar-used")).toEqual([
      [0, 180],
      [180, 120],
    ]);
    expect(free(html)).toBe("300");
  });

  it("is free from end to end where nobody holds anything", () => {
    const html = renderToString(segmentBar("memory", []));
    expect(free(html)).toBe("0");
    expect(html).not.toMatch(/bar-reserved|bar-used/);
  });
});

describe("the bar of a run", () => {
  it("ends where nine of ten are over, and is not hatched before that", () => {
    const html = renderToString(progressBar("x", { elapsed: 50, p50: 100, p90: 200 }));
    expect(boxes(html, "bar-used")).toEqual([[0, 75]]);
    expect(html).toContain('class="now" d="M150 0V16"');
    expect(html).not.toContain("bar-late");
  });

  it("is as long as the run beyond that, hatched from there on", () => {
    const html = renderToString(progressBar("x", { elapsed: 300, p50: 100, p90: 200 }));
    expect(boxes(html, "bar-used")).toEqual([[0, 200]]);
    expect(html).toContain('class="bar-late" d="M200 8H300"');
  });
});
