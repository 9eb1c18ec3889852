import { describe, expect, it } from "vitest";
import type { Measurement } from "../../src/domain/runtime-statistics.ts";
import { compareRuns } from "../../src/history/compare-runs.ts";
import { GIB, requestOf, runOf, workerNameOf } from "../cli/terminal/records.ts";

const measured: Measurement = {
  method: "cgroup2",
  duration_ms: 1500,
  cpu_user_ms: 900,
  cpu_system_ms: 100,
  lower_bounds: ["memory"],
};

describe("two runs side by side", () => {
  const before = {
    request: requestOf(1, { subject: "llvm", task_data: { target: "all" } }),
    run: runOf("1.1", { runtime_statistics: { duration: 2, memory: 2 * GIB }, measurement: null, estimate: {} }),
  };
  const after = {
    request: requestOf(2, { subject: "gcc", task_data: { target: "check" } }),
    run: runOf("2.3", {
      worker_name: workerNameOf("w-05"),
      runtime_statistics: { duration: 2, cpu_time: 1, memory: 5 * GIB },
      measurement: measured,
    }),
  };

  it("have what differs, first what they are runs of", () => {
    expect(compareRuns(before, after).changes).toEqual([
      { what: "subject", before: "llvm", after: "gcc" },
      { what: "task data target", before: "all", after: "check" },
      { what: "worker", before: "w-04", after: "w-05" },
    ]);
  });

  it("have each figure as finely as it is known, and null where it was not measured", () => {
    const unknown = { value: null, is_lower_bound: false };
    expect(compareRuns(before, after).figures).toEqual([
      {
        metric: "duration",
        before: { value: 2, is_lower_bound: false },
        after: { value: 1.5, is_lower_bound: false },
      },
      { metric: "cpu_time", before: unknown, after: { value: 1, is_lower_bound: false } },
      {
        metric: "memory",
        before: { value: 2 * GIB, is_lower_bound: false },
        after: { value: 5 * GIB, is_lower_bound: true },
      },
      { metric: "disk_space", before: unknown, after: unknown },
    ]);
  });

  it("have what was predicted of either, and nothing of what nobody knew", () => {
    expect(compareRuns(before, after).predictions).toEqual([
      { resource: "memory", before: null, after: { p50: 2.4 * GIB, p95: 4 * GIB } },
      { resource: "duration", before: null, after: { p50: 1220, p95: 1520 } },
    ]);
    expect(compareRuns(before, before)).toMatchObject({ changes: [], predictions: [] });
  });
});
