import { spawnSync } from "node:child_process";
import { findChromium } from "./browser.ts";

/**
 * Gets Debian's Chromium for the tests of the pages where that can be done without asking anybody: as root, with apt.
 * It takes some forty seconds, once a machine. Elsewhere those tests are reported as skipped.
 */
export function installChromium(): void {
  if (findChromium() !== undefined || process.getuid?.() !== 0) return;
  if (spawnSync("apt-get", ["--version"], { stdio: "ignore" }).status !== 0) return;
  process.stdout.write("There is no Chromium here: installing Debian's for the tests of the pages.\n");
  const apt = (...args: string[]) =>
    spawnSync("apt-get", ["-q", "-y", ...args], {
      stdio: ["ignore", "ignore", "inherit"],
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    }).status === 0;
  const isThere = apt("update") && apt("install", "--no-install-recommends", "chromium");
  if (!isThere) process.stdout.write("It could not be installed: the tests of the pages are skipped.\n");
}
