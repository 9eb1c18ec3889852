import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { freshDirectory, sh } from "./run-command.ts";

const MIB = 1024 * 1024;
const mounted: string[] = [];

/** A directory with a file system of its own, of so many MiB. */
function smallDisk(mib: number): string {
  const directory = freshDirectory();
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${mib}m`, "almanac-test", directory]);
  mounted.push(directory);
  return directory;
}

function canMount(): boolean {
  const directory = freshDirectory();
  const isMounted = spawnSync("mount", ["-t", "tmpfs", "almanac-test", directory]).status === 0;
  if (isMounted) execFileSync("umount", [directory]);
  return isMounted;
}

afterAll(() => {
  for (const directory of mounted) execFileSync("umount", [directory]);
});

describe.skipIf(!canMount())("a disk of its own (needs the right to mount)", () => {
  it("is measured by the file system, open files that were deleted included", async () => {
    const watchDirectory = smallDisk(60);
    const script = "head -c 20M /dev/zero > a; exec 3> b; rm b; head -c 10M /dev/zero >&3; sleep 0.3; rm a";
    const { measurement, outcome } = await sh(script, { watchDirectory, cwd: watchDirectory });
    expect(outcome).toEqual({ kind: "exited", code: 0 });
    expect(measurement.disk_bytes).toBe(30 * MIB);
  });

  it("that the run filled makes its failure out_of_disk with what was free", async () => {
    const watchDirectory = smallDisk(30);
    const { outcome } = await sh("head -c 50M /dev/zero > a", { watchDirectory, cwd: watchDirectory });
    expect(outcome).toEqual({ kind: "out_of_disk", limit: 30 * MIB });
  });

  it("that the run filled does not make its success a failure", async () => {
    const watchDirectory = smallDisk(30);
    const { outcome } = await sh("head -c 50M /dev/zero > a; rm a; exit 0", { watchDirectory, cwd: watchDirectory });
    expect(outcome).toEqual({ kind: "exited", code: 0 });
  });

  it("that others filled is the worker's fault: an error, not a failure", async () => {
    const disk = smallDisk(30);
    const watchDirectory = join(disk, "run");
    mkdirSync(watchDirectory);
    writeFileSync(join(disk, "other"), Buffer.alloc(29.5 * MIB));
    const { outcome, measurement } = await sh("head -c 5M /dev/zero > a", {
      watchDirectory,
      cwd: watchDirectory,
      limits: { disk_space: 20 * MIB },
    });
    expect(outcome).toMatchObject({ kind: "start_failed", errors: [{ code: "worker-disk-full" }] });
    expect(measurement.lower_bounds).toContain("disk_space");
  });
});
