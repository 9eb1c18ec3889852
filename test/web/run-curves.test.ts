import { renderToString } from "preact-render-to-string";
import { describe, expect, it } from "vitest";
import type { RunId, WorkerName, WorkRequestId } from "../../src/domain/ids.ts";
import type { Run } from "../../src/domain/run.ts";
import type { Curve } from "../../src/domain/runtime-statistics.ts";
import { runCurves } from "../../src/web/parts/run-curves.ts";

const GIB = 1024 ** 3;
const AT = "2030-01-01T00:00:00.000Z";

/** Memory of a run that takes a minute, GiB. */
function curveOf(...memory: number[]): Curve {
  return {
    at_ms: memory.map((_, index) => (index * 60_000) / (memory.length - 1)),
    memory: memory.map((amount) => amount * GIB),
    cpu_millicores: memory.map(() => 1000),
    disk_space: memory.map(() => 0),
  };
}

function runWith(reserved: number, fields: Partial<Run> = {}, curve = curveOf(0, 1, 2)): Run {
  const amount = (value: number) => ({ amount: value, source: "request" as const });
  const most = Math.max(...curve.memory);
  return {
    id: "7.1" as RunId, // of the form that the brands stand for
    work_request_id: 7 as WorkRequestId,
    worker_name: "builder-1" as WorkerName,
    attempt: 1,
    state: "ended",
    cpu_model: null,
    allocation: {
      memory: amount(reserved * GIB),
      disk_space: amount(GIB),
      cpu_count: amount(1),
      duration: amount(600),
      tags: [],
    },
    estimate: {},
    placement: { at: AT, worker_name: "builder-1" as WorkerName, rule: "", candidates: [], candidate_count: 1 },
    assigned_at: AT,
    started_at: AT,
    ended_at: AT,
    abort_requested_by: null,
    outcome: { kind: "exited", code: 0 },
    runtime_statistics: { memory: most, duration: 60, cpu_time: 60 },
    measurement: { method: "cgroup2", duration_ms: 60_000, lower_bounds: [], curve },
    inputs: [],
    outputs: [],
    log: { size: 0, cut_bytes: 0 },
    failure: null,
    ...fields,
  };
}

const shown = (run: Run, earlier: readonly Curve[] = []) => runCurves(run, earlier).map((part) => renderToString(part));

describe("what a run used over time", () => {
  it("says how much of the reservation it was, and names a reservation far above it beyond the picture", () => {
    const [, memory] = shown(runWith(16));
    expect(memory).toContain("Memory of run 7.1: at most 2.0G of 16.0G reserved (13 %).");
    expect(memory).toContain("↑ reserved 16.0G");
    expect(shown(runWith(4))[1]).not.toContain("↑");
  });

  it("is drawn before what earlier runs used at the same time, and says of how many", () => {
    const earlier = [1, 2, 3, 4].map((factor) => curveOf(0, factor, factor * 2));
    const [, note, memory] = shown(runWith(4), earlier);
    expect(note).toContain("of the 4 newest earlier runs of its key that passed");
    expect(memory).toContain("p10 to p90 of 4 earlier runs");
    expect(memory).toMatch(/<path class="ghost" d="M[\d.]+/);
    expect(shown(runWith(4), earlier.slice(0, 2)).join("")).not.toContain("earlier");
  });

  it("marks where more was given, and the kill that ended it", () => {
    const measurement = runWith(2).measurement!; // it has one
    const [, memory, cores] = shown(
      runWith(2, {
        outcome: { kind: "out_of_memory", limit: 2 * GIB },
        measurement: { ...measurement, memory_raises: [{ at_ms: 30_000, from: GIB, to: 2 * GIB }] },
      }),
    );
    expect(memory).toContain("limit raised from 1.0G to 2.0G at 30s");
    expect(memory).toMatch(/2\.0G at 1m00s · [^"&]*memory/);
    expect(memory).toContain('class="marks failure"');
    expect(cores).not.toContain('class="marks failure"');
  });
});
