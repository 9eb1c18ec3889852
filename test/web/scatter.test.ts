import { renderToString } from "preact-render-to-string";
import { describe, expect, it } from "vitest";
import { timestamp } from "../../src/domain/clock.ts";
import type { HistoryEntry, PredictedAmounts } from "../../src/domain/history.ts";
import { runId, type WorkRequestId } from "../../src/domain/ids.ts";
import { historyChart } from "../../src/web/charts/scatter.ts";
import type { Predicted } from "../../src/web/parts/predicted.ts";
import { success } from "../history/entries.ts";

const MIB = 2 ** 20;

/** Runs of a minute each, a minute apart, and what was predicted of the memory of each. */
function chartOf(predictions: readonly (PredictedAmounts["memory"] | undefined)[]): string {
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
  return renderToString(historyChart("/", entries, "memory", { sentence: "Memory", changes: [], predicted }));
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
