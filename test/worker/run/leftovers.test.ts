import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { freshDirectory, meters, run, sh, until } from "./run-command.ts";

/** What a run could leave in this process: open files, timers, listeners for signals. */
function held(): { files: number; timers: number; listeners: number } {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"];
  return {
    files: readdirSync("/proc/self/fd").length,
    timers: process.getActiveResourcesInfo().filter((name) => name === "Timeout").length,
    listeners: signals.reduce((sum, name) => sum + process.listenerCount(name), 0),
  };
}

describe.each(meters)("after runs measured by $method", (meter) => {
  it("no open file, timer or listener of theirs is left", async () => {
    const watchDirectory = freshDirectory();
    const several = (): Promise<unknown> =>
      Promise.all([
        run(["true"], { meter, watchDirectory, limits: { memory: 1e9, duration: 60 } }),
        run(["/no/such/program"], { meter }),
        run(["true", "a\0b"], { meter, output: "inherit" }),
        run(["true"], { meter, output: "inherit" }),
        sh("echo a; echo b >&2; kill -9 $$", { meter, watchDirectory }),
        run(["sleep", "30"], { meter, limits: { duration: 0.05 }, graceMs: 50 }),
      ]);
    await several(); // whatever stays for good is there after this
    const before = held();
    for (let round = 0; round < 3; round += 1) await several();
    await until("pipes are closed", () => held().files <= before.files);
    const after = held();
    // the test runner's own timers come and go
    expect(after.timers).toBeLessThanOrEqual(before.timers);
    expect(after.listeners).toBe(before.listeners);
  });
});
