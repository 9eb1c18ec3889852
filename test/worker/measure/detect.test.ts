import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { detectMeter } from "../../../src/worker/measure/detect.ts";
import { findHierarchies } from "../../../src/worker/measure/hierarchies.ts";
import type { Finding } from "../../../src/worker/measure/meter.ts";
import type { EndedRun } from "../../../src/worker/run/run-spec.ts";
import { bestMeter, freshDirectory, processesWith, run, sh, start, until } from "../run/run-command.ts";

const measured = join(import.meta.dirname, "../../fixtures/programs/measured.ts");
const hasCgroups = bestMeter.method !== "proc";
const isRoot = process.getuid?.() === 0;

type Result = EndedRun & { findings: Finding[] };

/** Names of the cgroups made by a process, in every hierarchy. */
function ourCgroups(pid = process.pid): string[] {
  const { unified, v1 } = findHierarchies("");
  return [unified, ...Object.values(v1)]
    .filter((directory) => directory !== undefined)
    .flatMap((directory) => readdirSync(directory))
    .filter((name) => name.startsWith("almanac-") && name.includes(`-${pid}-`));
}

function isReadableByOthers(): boolean {
  const { status } = spawnSync(
    "setpriv",
    [...asNobody, process.execPath, "--eval", `import(${JSON.stringify(measured)})`],
    {
      env: { RESULT: "/dev/null", PATH: process.env["PATH"] },
    },
  );
  return status === 0;
}

const asNobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];

describe("choosing how to measure", () => {
  it("always finds a way, and says which", () => {
    const { meter, findings } = detectMeter();
    expect(findings.at(-1)).toMatchObject({ name: "measuring", ok: meter.method !== "proc" });
    expect(findings.at(-1)?.detail).toContain(meter.method);
  });

  it("takes /proc when asked, and gives advice on what would be better", () => {
    const { meter, findings } = detectMeter({ method: "proc" });
    expect(meter.method).toBe("proc");
    expect(findings.at(-1)?.advice).toContain("Delegate=yes");
  });

  it("finds nothing but /proc on a machine without any cgroup", () => {
    expect(detectMeter({ root: freshDirectory() }).meter.method).toBe("proc");
  });
});

describe.skipIf(!hasCgroups)("cgroups of runs", () => {
  it("are gone when the run is over, however it ended", async () => {
    await Promise.all([
      run(["true"]),
      run(["/no/such/program"]),
      run(["true", "a\0b"]),
      sh("kill -9 $$"),
      sh("setsid sleep 30 & exit 1"),
      run(["sleep", "30"], { limits: { duration: 0.1 } }),
    ]);
    expect(ourCgroups()).toEqual([]);
  });

  it("are made ahead for a worker, and removed when it closes", async () => {
    const { meter } = detectMeter({ keepsSpare: true });
    const spares: number[] = [];
    for (let index = 0; index < 3; index += 1) {
      await run(["true"], { meter });
      spares.push(new Set(ourCgroups()).size);
    }
    meter.close();
    expect(spares).toEqual([1, 1, 1]);
    expect(ourCgroups()).toEqual([]);
  });

  it("of a worker that was killed are found, emptied and removed by the next", async () => {
    const mark = `33.${process.pid}3`;
    const worker = spawn(process.execPath, [measured, "sleep", mark], { stdio: "ignore" });
    await until("its command runs", () => processesWith(`sleep\0${mark}`).length === 1);
    worker.kill("SIGKILL");
    await new Promise((resolve) => {
      worker.once("exit", resolve);
    });
    // by this one, or by another that starts at the same moment in a test beside us
    detectMeter();
    await until("its command is dead", () => processesWith(`sleep\0${mark}`).length === 0);
    await until("its cgroups are gone", () => ourCgroups(worker.pid).length === 0);
    expect(worker.signalCode).toBe("SIGKILL");
  });

  it("of a worker that is alive are left alone", async () => {
    const handle = start(["sleep", "0.3"]);
    const { findings } = detectMeter();
    expect(findings.find(({ name }) => name === "stale cgroups")?.detail).not.toContain(`-${process.pid}-`);
    expect((await handle.ended).outcome).toEqual({ kind: "exited", code: 0 });
  });
});

describe.skipIf(!isRoot)("without the right to make cgroups (needs root to give it up)", () => {
  it.skipIf(!isReadableByOthers())("an ordinary user measures by /proc", () => {
    const directory = freshDirectory();
    spawnSync("chmod", ["777", directory]);
    const result = join(directory, "result");
    const argv = [...asNobody, process.execPath, measured, "/bin/sh", "-c", "id -u; sleep 0.2; exit 3"];
    const { stdout } = spawnSync("setpriv", argv, { env: { ...process.env, RESULT: result }, encoding: "utf8" });
    const { outcome, measurement } = JSON.parse(readFileSync(result, "utf8")) as Result; // written by the program
    expect(stdout).toBe("65534\n");
    expect(outcome).toEqual({ kind: "exited", code: 3 });
    expect(measurement.method).toBe("proc");
    expect(measurement.memory_bytes).toBeGreaterThan(0);
    expect(measurement.cpu_user_ms).toBeGreaterThanOrEqual(0);
  });

  it.skipIf(!canRemount())("a read-only hierarchy makes it fall back to /proc and say so", () => {
    const result = join(freshDirectory(), "result");
    const remount =
      "for m in $(awk '$3 ~ /^cgroup/ {print $2}' /proc/mounts); do mount -o remount,bind,ro $m || exit 77; done";
    const argv = ["-m", "sh", "-c", `${remount}; exec "$@"`, "sh", process.execPath, measured, "sleep", "0.1"];
    spawnSync("unshare", argv, { env: { ...process.env, RESULT: result } });
    const { outcome, measurement, findings } = JSON.parse(readFileSync(result, "utf8")) as Result; // written by the program
    expect(outcome).toEqual({ kind: "exited", code: 0 });
    expect(measurement.method).toBe("proc");
    expect(findings.some(({ name, ok, advice }) => name.startsWith("cgroup") && !ok && advice !== undefined)).toBe(
      true,
    );
  });
});

function canRemount(): boolean {
  try {
    accessSync("/proc/self/ns/mnt", constants.R_OK);
    return spawnSync("unshare", ["-m", "true"]).status === 0;
  } catch {
    return false;
  }
}
