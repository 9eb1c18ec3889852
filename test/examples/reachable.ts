import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/*
 * What the examples need and a machine may not have. Each function gives the reason why an example cannot be run here,
 * or undefined.
 */

/** The npm registry of the machine's own configuration must answer. */
export function withoutNpmRegistry(): string | undefined {
  return succeeds("npm", ["view", "minimist@1.2.8", "version"]) ? undefined : "the npm registry does not answer";
}

/** Debian's tools, root for the layer, and an archive that answers. */
export function withoutDebian(): string | undefined {
  for (const tool of ["dpkg-buildpackage", "apt-get", "unshare"]) {
    if (!succeeds(tool, ["--version"])) return `there is no ${tool}`;
  }
  if (process.getuid?.() !== 0) return "layers need root";
  const release = debianRelease();
  if (release === undefined) return "apt has no Debian sources";
  return fetches(release) ? undefined : "the Debian archive does not answer";
}

/** The address of the first release file that the machine's own apt sources name. */
function debianRelease(): string | undefined {
  const files = ["/etc/apt/sources.list", ...globSync("/etc/apt/sources.list.d/*.{list,sources}")];
  const text = files.map((file) => readIfThere(file)).join("\n\n");
  const stanza = /^URIs: *(\S+)[^]*?^Suites: *(\w+)/m.exec(text) ?? /^deb +(?:\[[^\]]*\] +)?(\S+) +(\w+) /m.exec(text);
  return stanza === null ? undefined : `${stanza[1]}/dists/${stanza[2]}/InRelease`;
}

/** By apt's own helper, which knows the machine's proxies. */
function fetches(address: string): boolean {
  const scratch = mkdtempSync(join(tmpdir(), "almanac-reach-"));
  try {
    return succeeds("/usr/lib/apt/apt-helper", ["download-file", address, join(scratch, "InRelease")]);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function succeeds(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore", timeout: 60_000 }).status === 0;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // not every machine has every file
  }
}
