import { describe, expect, it } from "vitest";
import { renderAccuracy } from "../../../src/cli/terminal/accuracy-view.ts";
import { RESOURCES, type Allocation } from "../../../src/domain/allocation.ts";
import { judge } from "../../../src/estimate/accuracy/judge.ts";
import { AccuracyFold } from "../../../src/estimate/accuracy/report.ts";
import { addOverruled, addRun, emptyTally } from "../../../src/estimate/accuracy/tally.ts";
import { entryOf } from "../../history/entries.ts";
import { GIB, pipe, terminal } from "./records.ts";

const HOUR = 3600;

/** Thirty hours of a task whose requests ask for 8 GiB, that is given 4 GiB, and uses 3 GiB. */
function report() {
  const allocation: Allocation = {
    memory: { amount: 4 * GIB, source: "override", asked: 8 * GIB },
    disk_space: { amount: GIB, source: "default" },
    cpu_count: { amount: 1, source: "default" },
    duration: { amount: 2 * HOUR, source: "default" },
    tags: [],
  };
  const entry = entryOf({ duration_ms: HOUR * 1000, runtime_statistics: { memory: 3 * GIB }, allocation });
  const evidence = { level: "key", runs: 9, method: "ladder" } as const;
  const memory = { p50: 3 * GIB, p95: 3.5 * GIB, allocate: 4 * GIB, ladder: [], evidence };
  const run = judge(entry, { memory }, { toldEnd: () => ({ p50: 0.9 * HOUR, p90: 1.2 * HOUR }) })!; // it has an allocation and a duration
  let tally = addOverruled(emptyTally(), "regression", "known_failure");
  for (let runs = 0; runs < 30; runs += 1) tally = addRun(tally, run);
  const fold = new AccuracyFold("day");
  fold.add({ task_type: "worker", task_name: "build", day: "2026-11-22", tally });
  return fold.report({ since: "2026-10-24T00:00:00.000Z", until: "2026-11-23T00:00:00.000Z", is_cut: false });
}

describe("almanac accuracy", () => {
  it("says how often the p95 held, what overrides saved, and which verdicts people overruled", () => {
    const text = renderAccuracy(report(), { resource: "memory" }, terminal());
    expect(text.split("\n")[0]).toBe(
      "30 runs since 2026-10-24: 100 % used no more memory than their p95 (as it should be), 25 % of the memory given was not needed.",
    );
    expect(text).toContain("asked for 240G·h of memory by 30 runs, and given 120G·h less\n");
    expect(text).toContain("people overruled 1 verdict: regression as known failure (1)\n");
  });

  it("says how right the ends were that were told, when a tenth, half and nine tenths of a run were over", () => {
    expect(renderAccuracy(report(), { resource: "memory" }, terminal())).toContain(
      [
        "the end told of 30 runs of a second or more while they went on, and how far off it was, in parts of their whole time:",
        "  OVER  OFF BY  9 OF 10 BY  SOONER  IN THE RANGE  LATER",
        "  10 %    10 %        10 %     0 %         100 %    0 %",
        "  50 %    10 %        10 %     0 %         100 %    0 %",
        "  90 %    10 %        10 %     0 %         100 %    0 %\n",
      ].join("\n"),
    );
  });

  it("gives programs one line for each resource of all runs, of each task and of each span", () => {
    const lines = renderAccuracy(report(), { resource: "memory" }, pipe).trimEnd().split("\n");
    expect(lines.map((line) => line.split("\t").slice(0, 3).join(" "))).toEqual(
      ["all ", "task build", "from 2026-11-22"].flatMap((scope) => RESOURCES.map((resource) => `${scope} ${resource}`)),
    );
  });
});
