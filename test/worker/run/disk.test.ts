import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diskUsage } from "../../../src/worker/measure/disk-usage.ts";
import { knownProgram } from "../../fixtures/programs/known.ts";
import { freshDirectory, run, sh } from "./run-command.ts";

const program = knownProgram();
const known = program ?? "";
const MIB = 1024 * 1024;

/** By how many bytes a figure misses 1 % and 1 MiB. */
function diskOff(bytes: number | undefined, truthMib: number): number {
  const off = (bytes ?? Number.NaN) - truthMib * MIB;
  const allowed = truthMib * MIB * 0.01 + MIB;
  return Math.abs(off) <= allowed ? 0 : off - Math.sign(off) * allowed;
}

describe("disk used by a directory", () => {
  it("is what du says, with hard links counted once and sparse files by their blocks", async () => {
    const directory = freshDirectory();
    mkdirSync(join(directory, "a", "b"), { recursive: true });
    writeFileSync(join(directory, "a", "file"), Buffer.alloc(300_000, 1));
    linkSync(join(directory, "a", "file"), join(directory, "a", "b", "again"));
    writeFileSync(join(directory, "a", "b", "small"), "x");
    writeFileSync(
      Buffer.concat([Buffer.from(join(directory, "a", "b", "not-text-")), Buffer.from([0xff, 0xfe])]),
      "y".repeat(9000),
    );
    execFileSync("truncate", ["-s", "100M", join(directory, "sparse")]);
    execFileSync("ln", ["-s", "/usr", join(directory, "link")]);
    const du = Number.parseInt(execFileSync("du", ["-sB1", directory], { encoding: "utf8" }), 10);
    expect(await diskUsage(directory)).toBe(du);
  });

  it("is unknown for a directory that is not there", async () => {
    expect(await diskUsage(join(freshDirectory(), "absent"))).toBeUndefined();
  });
});

describe.skipIf(program === undefined)("peak disk of a run (needs cc)", () => {
  it.each([
    ["files deleted before the end", "disk", 120],
    ["files deleted while open", "unlinked", 120],
  ])("has %s", async (_, mode, mib) => {
    const watchDirectory = freshDirectory();
    const argv = [known, mode, join(watchDirectory, "file"), String(mib), "700"];
    const { measurement, runtime_statistics } = await run(argv, { watchDirectory });
    expect(diskOff(measurement.disk_bytes, mib)).toBe(0);
    expect(runtime_statistics.disk_space).toBe(measurement.disk_bytes);
    expect(measurement.disk_peak_at_ms).toBeGreaterThan(0);
  });

  it("is not what others write on the same file system", async () => {
    const watchDirectory = freshDirectory();
    const other = run([known, "file", join(freshDirectory(), "file"), "100", "0", "300"]);
    const { measurement } = await run([known, "file", join(watchDirectory, "file"), "50", "0", "300"], {
      watchDirectory,
    });
    await other;
    expect(diskOff(measurement.disk_bytes, 50)).toBe(0);
  });

  it("counts what was there at the start and what is left at the end", async () => {
    const watchDirectory = freshDirectory();
    writeFileSync(join(watchDirectory, "input"), Buffer.alloc(5 * MIB, 1));
    const { measurement } = await sh(`head -c 10M /dev/zero > ${watchDirectory}/output`, { watchDirectory });
    expect(diskOff(measurement.disk_bytes, 15)).toBe(0);
  });
});
