import { renderToString } from "preact-render-to-string";
import { describe, expect, it } from "vitest";
import { timestamp } from "../../src/domain/clock.ts";
import type { HistoryEntry, PredictedAmounts } from "../../src/domain/history.ts";
import { runId, type WorkRequestId } from "../../src/domain/ids.ts";
import { historyChart } from "../../src/web/charts/scatter.ts";
import type { Predicted } from "../../src/web/parts/predicted.ts";
import { failure, success } from "../history/entries.ts";

const MIB = 2 ** 20;

/** Runs of a minute each, a minute apart, and what was predicted of the memory of each. */
function chartOf(predictions: readonly (PredictedAmounts["memory"] | undefined)[], by?: "worker"): string {
  const predicted = new Map<ReturnType<typeof runId>, Predicted>();
  const entries = predictions.map((memory, index): HistoryEntry => {
    const work_request_id = (index + 1) as WorkRequestId; // any number names one
    const run_id = runId(work_request_id, 1);
    const evidence = { level: "key", runs: 9, method: "ladder" } as const;
    const rest = { allocate: 300 * MIB, ladder: [], evidence };
    if (memory !== undefined) predicted.set(run_id, { estimate: { memory: { ...memory, ...rest } }, requirements: {} });
    return {
      ...success(index, 60, 150 * MIB),
      run_id,
      work_request_id,
      completed_at: timestamp(1_800_000_000_000 + index * 60_000),
    };
  });
  return renderToString(historyChart("/", entries, "memory", { sentence: "Memory", changes: [], predicted, by }));
}

/** How far up the two ends of the band of the wide picture lie in it, from 0 to 1, at its beginning. */
function bandAt(html: string): { low: number; high: number } {
  const [, band = ""] = /class="band" d="([^"]*)"/.exec(html) ?? [];
  const [, ...place] = (/data-place="([^"]*)"/.exec(html)?.[1] ?? "").split(" ").map(Number);
  const [y0 = 0, y1 = 0, bottom = 0, top = 0] = place.slice(3);
  const ys = [...band.matchAll(/[ML,](\d+),(\d+)/g)].map(([, , y]) => Number(y));
  const amount = (y: number) => (y0 + ((y - bottom) / (top - bottom)) * (y1 - y0)) / MIB;
  return { low: amount(Math.max(...ys)), high: amount(Math.min(...ys)) };
}

describe("the band of what was predicted", () => {
  it("goes from p5 to p95", () => {
    const html = chartOf(Array.from({ length: 3 }, () => ({ p5: 100 * MIB, p50: 150 * MIB, p95: 200 * MIB })));
    expect(bandAt(html).low).toBeCloseTo(100, -1);
    expect(bandAt(html).high).toBeCloseTo(200, -1);
    expect(html).toContain("predicted: p5 to p95");
  });

  it("begins at p50 where no p5 was kept, and says so", () => {
    const old = { p50: 150 * MIB, p95: 200 * MIB };
    const html = chartOf([old, old, undefined]);
    expect(bandAt(html).low).toBeCloseTo(150, -1);
    expect(html).toContain("predicted: p50 to p95");
    expect(chartOf([old, { p5: 100 * MIB, ...old }])).toContain("predicted: p5 (where not known, p50) to p95");
    expect(chartOf([undefined, undefined])).not.toContain("predicted");
  });
});

describe("runs that are marked by their worker", () => {
  /** So many runs on each worker, in turn; a run that is not of the first worker may fail. */
  function marked(runs: Readonly<Record<string, number>>, failures = 0, unknown = 0): string {
    const workers = Object.entries(runs).flatMap(([name, count]) => Array.from({ length: count }, () => name));
    const entries = [...workers, ...Array.from({ length: unknown }, () => undefined)].map((worker_name, index) => ({
      ...(index < failures ? failure(index, 60 + index) : success(index, 60 + index)),
      completed_at: timestamp(1_800_000_000_000 + index * 60_000),
      ...(worker_name !== undefined && { worker_name }),
    }));
    return renderToString(historyChart("/", entries, "duration", { sentence: "Duration", changes: [], by: "worker" }));
  }

  /** What each mark of the legend stands for, with its look. */
  function legend(html: string): Record<string, string> {
    const items = html.matchAll(/<li><svg[^>]*><path class="([^"]*)" d="([^"]*)"[^>]*><\/path><\/svg>([^<]*)<\/li>/g);
    return Object.fromEntries([...items].map(([, look = "", d = "", word = ""]) => [word, `${look} ${d}`]));
  }

  it("are told apart by colour and shape at once, six workers at most, those with most runs, and the rest alike", () => {
    const runs = { w9: 1, w8: 2, w7: 3, w6: 4, w5: 5, w4: 6, w3: 7, w2: 8 };
    const shown = legend(marked(runs, 0, 3));
    expect(Object.keys(shown)).toEqual([
      "w2: 8",
      "w3: 7",
      "w4: 6",
      "w5: 5",
      "w6: 4",
      "w7: 3",
      "2 other workers, or not known: 6",
    ]);
    const looks = Object.values(shown).map((look) => look.split(" M"));
    expect(new Set(looks.map(([colour]) => colour)).size).toBe(7);
    expect(new Set(looks.map(([, path = ""]) => path.replace(/^\S+ [\d.]+/, ""))).size).toBe(7);
    expect(Object.keys(legend(marked({}, 0, 3)))).toEqual(["worker not known: 3"]);
  });

  it("keep their mark in another span of time, whoever has most runs there", () => {
    const lookOf = (html: string) => Object.entries(legend(html)).find(([word]) => word.startsWith("w3"))?.[1];
    expect(lookOf(marked({ w2: 9, w3: 1 }))).toBe(lookOf(marked({ w3: 9, w2: 1 })));
  });

  it("are hollow where they did not pass, and nothing else is drawn that would be the same for all", () => {
    const html = marked({ w1: 4, w2: 4 }, 2);
    expect(Object.keys(legend(html))).toEqual(["w1: 4", "w2: 4", "hollow: not passed"]);
    const hollow = /class="worker-a hollow" d="([^"]*)"/.exec(html)?.[1] ?? "";
    expect(hollow.match(/M/g)).toHaveLength(2);
    expect(chartOf([{ p50: 100 * MIB, p95: 200 * MIB }], "worker")).not.toMatch(/predicted|reserved: /);
  });
});
