import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/*
 * `node bin/launch.mjs test/checks/complete-lock.ts`, after every change of a dependency.
 *
 * npm leaves a platform's package out of the lock file when the registry in use does not have it, and then
 * `npm ci` refuses the lock file everywhere. The entries of other platforms are never fetched here, so it is
 * enough to name them: version, and the platform by which npm passes them over.
 */

type LockedPackage = {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
};
type Lock = { packages: Record<string, LockedPackage> };

/** The entries that the lock file lacks, by path. */
export function missingEntries(lock: Lock): Record<string, LockedPackage> {
  const missing: Record<string, LockedPackage> = {};
  for (const parent of Object.values(lock.packages)) {
    for (const [name, range] of Object.entries(parent.optionalDependencies ?? {})) {
      const path = `node_modules/${name}`;
      if (path in lock.packages || !/^\d+\.\d+\.\d+/.test(range)) continue;
      missing[path] = {
        version: range,
        ...(parent.dev === true && { dev: true }),
        optional: true,
        ...platformOf(name),
      };
    }
  }
  return missing;
}

/** `@oxlint/binding-linux-arm64-musl` → its operating system, processor and C library. */
function platformOf(name: string): Pick<LockedPackage, "os" | "cpu" | "libc"> {
  const parts = name.split(/[/-]/);
  const one = (known: readonly string[]) => known.filter((value) => parts.includes(value));
  const [os] = one(["android", "darwin", "freebsd", "linux", "openharmony", "win32", "aix", "sunos"]);
  const [cpu] = one(["arm64", "arm", "x64", "ia32", "ppc64", "riscv64", "s390x", "loong64"]);
  const libc = parts.includes("musl") ? "musl" : parts.includes("gnu") ? "glibc" : undefined;
  return { ...(os && { os: [os] }), ...(cpu && { cpu: [cpu] }), ...(libc && os === "linux" && { libc: [libc] }) };
}

if (import.meta.main) {
  const file = join(import.meta.dirname, "../../package-lock.json");
  const lock = JSON.parse(readFileSync(file, "utf8")) as Lock; // npm's own format
  const packages = { ...lock.packages, ...missingEntries(lock) };
  const sorted = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: sorted }, undefined, 2)}\n`);
}
