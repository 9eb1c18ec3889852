import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { basename } from "node:path";
import { readIfThere } from "./kernel-file.ts";

/** systemd moves a process within milliseconds; when it is busy, measuring does not wait for ever. */
const WAIT_MS = 2000;

/**
 * Lets systemd move this process into a new scope whose cgroups it leaves to us: what
 * `systemd-run --scope -p Delegate=yes` does, without starting again.
 * @returns whether we are in it; false where there is no systemd, or it refused
 */
export function moveIntoScope(): boolean {
  if (!existsSync("/run/systemd/system")) return false;
  const before = readIfThere("/proc/self/cgroup");
  const options = { stdio: "ignore", timeout: WAIT_MS, env: userEnvironment() } as const;
  const { status } = spawnSync("busctl", scopeRequest(), options);
  if (status !== 0) return false;
  const endMs = performance.now() + WAIT_MS;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  // ends: when the job is done, or by the clock. Nothing else can go on before this is known
  while (readIfThere("/proc/self/cgroup") === before) {
    if (performance.now() > endMs) return false;
    Atomics.wait(pause, 0, 0, 2);
  }
  return true;
}

/**
 * Whether systemd leaves a unit's cgroup to those who run in it. One that is not delegated is no place for runs: systemd
 * may change what was set there, and stops the whole unit when the kernel kills anything in it for memory.
 * @param cgroup the unit's directory in the v2 tree
 * @param root put before `/run`; a tree without systemd belongs to nobody else
 */
export function isDelegated(cgroup: string, root: string): boolean {
  if (!existsSync(`${root}/run/systemd/system`)) return true;
  const unit = basename(cgroup);
  if (!/\.(service|scope)$/.test(unit)) return false;
  const manager = /\/user@\d+\.service\//.test(cgroup) ? "--user" : "--system";
  const options = { encoding: "utf8", timeout: WAIT_MS, env: userEnvironment() } as const;
  return (
    spawnSync("systemctl", [manager, "show", "--property=Delegate", "--value", unit], options).stdout?.trim() === "yes"
  );
}

/** The bus of a user is there also where no login set the variable that names it. */
function userEnvironment(): NodeJS.ProcessEnv {
  return { XDG_RUNTIME_DIR: `/run/user/${process.getuid?.()}`, ...process.env };
}

/** The user's own systemd for users, the system's for root. */
function scopeRequest(): string[] {
  const manager = process.getuid?.() === 0 ? "--system" : "--user";
  const [service, object, face] = [
    "org.freedesktop.systemd1",
    "/org/freedesktop/systemd1",
    "org.freedesktop.systemd1.Manager",
  ];
  const properties = ["2", "PIDs", "au", "1", String(process.pid), "Delegate", "b", "true"];
  const unit = `almanac-${process.pid}.scope`;
  return [
    manager,
    "call",
    service,
    object,
    face,
    "StartTransientUnit",
    "ssa(sv)a(sa(sv))",
    unit,
    "fail",
    ...properties,
    "0",
  ];
}
