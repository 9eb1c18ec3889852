import { describe, expect, it } from "vitest";
import { renderRunComparison } from "../../../src/cli/terminal/run-comparison-view.ts";
import { compareRuns, type ComparedRun } from "../../../src/history/compare-runs.ts";
import { ago, GIB, requestOf, runOf, terminal } from "./records.ts";

const passed: ComparedRun = {
  request: requestOf(5101, { task_data: { target: "all" } }),
  run: runOf("5101.1", {
    state: "ended",
    ended_at: ago(7200),
    outcome: { kind: "exited", code: 0 },
    runtime_statistics: { duration: 120, cpu_time: 60, memory: 2 * GIB },
    measurement: null,
    estimate: {},
  }),
};
const failed: ComparedRun = {
  request: requestOf(5122, { task_data: { target: "check\u001b[2J" } }),
  run: runOf("5122.2", {
    state: "ended",
    ended_at: ago(60),
    outcome: { kind: "out_of_memory", limit: 5 * GIB },
    runtime_statistics: { duration: 1800, cpu_time: 45, memory: 5 * GIB },
    measurement: { method: "cgroup2", duration_ms: 1_800_000, lower_bounds: ["memory"] },
    failure: { fingerprint: "0".repeat(16), cause: "out_of_memory", lines: ["cc1: out of memory"] },
  }),
};

const render = (before: ComparedRun, after: ComparedRun, part = {}) =>
  renderRunComparison(before, after, compareRuns(before, after), terminal(part));

describe("diff", () => {
  it("shows both runs, what differs, what they used and were expected to use, and how they failed", () => {
    expect(render(passed, failed)).toBe(`\
5101.1 build llvm (bookworm/amd64)  ✓ passed on w-04, 2h00m ago
5122.2 build llvm (bookworm/amd64)  ✕ out of memory (limit 5.0G) on w-04, 1m00s ago

  what differs:
    task data target: all → check\\x1b[2J

  USED      BEFORE   AFTER  CHANGE
  time       2m00s  30m00s     15×
  cpu time   1m00s     45s   −25 %
  memory      2.0G   ≥5.0G  +150 %
  disk           –       –

  EXPECTED    BEFORE   AFTER  CHANGE
  memory p50       –    2.4G
  memory p95       –    4.0G
  time p50         –  20m20s
  time p95         –  25m20s

  first error line:
    5101.1: –
    5122.2: cc1: out of memory

  log   almanac log 5101.1; almanac log 5122.2
`);
  });

  it("says so where nothing differs, and leaves out what neither has", () => {
    const text = render(passed, passed);
    expect(text).toContain("  nothing that is known of differs in what they were told and given\n");
    expect(text).not.toMatch(/EXPECTED|error line|%/);
  });

  it("needs no more than ASCII", () => {
    expect(render(passed, failed, { hasUnicode: false })).toMatch(/^[\n -~]+$/);
  });
});
