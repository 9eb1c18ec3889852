import { describe, expect, it } from "vitest";
import type { Estimate } from "../../src/domain/allocation.ts";
import type { HistoryEntry } from "../../src/domain/history.ts";
import { runId, type WorkRequestId } from "../../src/domain/ids.ts";
import { predictedOfText, type Predicted } from "../../src/web/parts/predicted.ts";
import { success } from "../history/entries.ts";

const MIB = 2 ** 20;
const NOTHING = {} satisfies Estimate;
const MEMORY = {
  memory: {
    p50: 100 * MIB,
    p95: 200 * MIB,
    allocate: 300 * MIB,
    ladder: [],
    evidence: { level: "key", runs: 9, method: "ladder" },
  },
} satisfies Estimate;

/** What is said of runs: made elsewhere, with their request gone, or with what was predicted of them. */
function textOf(runs: readonly ("elsewhere" | "gone" | Estimate)[], metric: Parameters<typeof predictedOfText>[2]) {
  const predicted = new Map<ReturnType<typeof runId>, Predicted>();
  const entries = runs.map((run, index): HistoryEntry => {
    const entry = success(index, 60, 150 * MIB);
    if (run === "elsewhere") return { ...entry, origin: "sacct" };
    const id = runId((index + 1) as WorkRequestId, 1); // any number names one
    if (run !== "gone") predicted.set(id, { estimate: run, requirements: {} });
    return { ...entry, run_id: id };
  });
  return predictedOfText(entries, predicted, metric);
}

describe("of which runs it is known what was predicted", () => {
  it("is not said where it is known of all, or nothing ever is", () => {
    expect(textOf([MEMORY, MEMORY], "memory")).toBe("");
    expect(textOf(["gone", "elsewhere"], "cpu_time")).toBe("");
  });

  it("is said where it is known of none, with the reason", () => {
    const none = "What was predicted is known of none of the 2 runs here";
    expect(textOf(["elsewhere", "elsewhere"], "memory")).toBe(`${none}: all were made elsewhere.`);
    expect(textOf(["gone", "gone"], "memory")).toBe(`${none}: the requests of all are no longer kept.`);
    expect(textOf([NOTHING, NOTHING], "memory")).toBe(`${none}: nothing was predicted of any.`);
    expect(textOf(["gone", "elsewhere"], "duration")).toBe(
      `${none}: 1 was made elsewhere, the request of 1 is no longer kept.`,
    );
  });

  it("is said with the reasons of the others where it is known of some", () => {
    expect(textOf(["elsewhere", "elsewhere", "gone", "gone", NOTHING, MEMORY], "memory")).toBe(
      "What was predicted is known of 1 of the 6 runs here: 2 were made elsewhere, the requests of 2 are no longer kept, nothing was predicted of 1.",
    );
  });

  it("is said of a single run as of one", () => {
    expect(textOf(["elsewhere"], "memory")).toBe("What was predicted is not known: the run was made elsewhere.");
    expect(textOf(["gone"], "memory")).toBe(
      "What was predicted is not known: the request of the run is no longer kept.",
    );
    expect(textOf([NOTHING], "memory")).toBe("Nothing was predicted of the run.");
  });
});
