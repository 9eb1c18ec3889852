import { measure } from "almanac/measure";
import { describe, expect, it } from "vitest";
import type { RunHandle } from "../../../src/worker/run/run-spec.ts";

describe("the library almanac/measure", () => {
  it("gives outcome, statistics and figures of a command", async () => {
    const { outcome, runtime_statistics, measurement } = await measure(["sh", "-c", "seq 100000 | sort -n"], {
      output: "ignore",
      limits: { memory: 512 * 1024 * 1024, duration: 60 },
    });
    expect(outcome).toEqual({ kind: "exited", code: 0 });
    expect(runtime_statistics).toMatchObject({ memory: measurement.memory_bytes, cpu_count: expect.any(Number) });
    expect(measurement.cpu_user_ms).toBeGreaterThanOrEqual(0);
  });

  it("resolves also for commands that fail or cannot be started", async () => {
    expect((await measure(["sh", "-c", "exit 4"], { output: "ignore" })).outcome).toEqual({ kind: "exited", code: 4 });
    expect((await measure(["/no/such/program"])).outcome.kind).toBe("start_failed");
  });

  it("ends the command when its signal is aborted, also if that was before", async () => {
    const controller = new AbortController();
    const started: RunHandle[] = [];
    const result = measure(["sleep", "30"], {
      output: "ignore",
      signal: controller.signal,
      onStart: (run) => started.push(run),
    });
    expect(started[0]?.figures().duration_ms).toBeGreaterThanOrEqual(0);
    controller.abort();
    expect((await result).outcome).toEqual({ kind: "aborted", by: "signal" });
    const late = await measure(["sleep", "30"], { output: "ignore", signal: AbortSignal.abort() });
    expect(late.outcome).toEqual({ kind: "aborted", by: "signal" });
  });
});
