import { spawn, type ChildProcess } from "node:child_process";
import { dirname } from "node:path";
import { newCgroupName } from "../measure/cgroup-directory.ts";
import { findHierarchies } from "../measure/hierarchies.ts";
import { readProcessStat } from "../measure/process-stat.ts";
import type { WorkerLog } from "../worker-log.ts";

/** Ends the worker's runs when the worker dies without having done so. */
export type Watchdog = {
  /** Variables that every process of a run must carry, so that it is found also where there are no cgroups. */
  readonly markers: Readonly<Record<string, string>>;
  /** Lets it go without ending anything; resolves when it has ended. */
  close: () => Promise<void>;
};

const MOST_STARTS = 20;
const MARKER = "ALMANAC_WORKER_MARK";

/**
 * Waits for the end of its input, which comes when the worker is dead in whatever way, and then kills what is
 * left of its runs: everything in their cgroups (whose names tell the worker), and everything that carries
 * the marker. Goes on until it has found nothing in three rounds, because a run may just be starting.
 * $1: the marker; $2: patterns of cgroup directories, one a line.
 */
const SCRIPT = `
while read -r word; do [ "$word" = bye ] && exit 0; done
mark=$1
IFS='
'
quiet=0 round=0
while [ $quiet -lt 3 ] && [ $round -lt 100 ]; do
  found=0 round=$((round + 1))
  for directory in $2; do
    members=$(find "$directory" -name cgroup.procs -exec cat {} + 2>/dev/null)
    [ -n "$members" ] || continue
    found=1
    [ -w "$directory/cgroup.kill" ] && echo 1 >"$directory/cgroup.kill" || kill -9 $members
    [ -e "$directory/freezer.state" ] && echo THAWED >"$directory/freezer.state"
  done
  for process in $(grep -lsF "$mark" /proc/[0-9]*/environ); do
    process=\${process#/proc/}
    kill -9 "\${process%/environ}" && found=1
  done
  if [ $found = 0 ]; then quiet=$((quiet + 1)); else quiet=0; fi
  sleep 0.1 2>/dev/null || sleep 1
done
`;

/** Starts the watchdog of this process: a small shell in a session of its own, which signals to the worker do not reach. */
export function startWatchdog(log: WorkerLog): Watchdog {
  const mark = `${process.pid}-${readProcessStat("", "self")?.start ?? "0"}-${newCgroupName()}.`;
  const args = ["-c", SCRIPT, "almanac-watchdog", `${MARKER}=${mark}`, cgroupPatterns().join("\n")];
  let isClosing = false;
  let starts = 0;
  let child = start();

  function start(): ChildProcess {
    const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin" };
    const started = spawn("/bin/sh", args, { stdio: ["pipe", "ignore", "ignore"], detached: true, cwd: "/", env });
    started.stdin?.on("error", () => undefined); // it was killed: `exit` follows
    started.on("error", (error) => {
      log.warn({ err: error }, "no watchdog: runs may outlive a worker that is killed");
    });
    started.on("exit", () => {
      starts += 1;
      // Somebody killed it: another takes its place at once. A shell that cannot run at all is not tried for ever.
      if (isClosing) return;
      if (starts <= MOST_STARTS) child = start();
      else log.warn({}, "no watchdog any more, it ended too often: runs may outlive a worker that is killed");
    });
    started.unref();
    return started;
  }

  return {
    markers: { [MARKER]: mark },
    close: () =>
      new Promise((resolve) => {
        isClosing = true;
        if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return resolve();
        child.ref(); // else nothing might keep this process up until it has ended
        child.once("exit", () => {
          resolve();
        });
        child.stdin?.end("bye\n");
        return undefined;
      }),
  };
}

/** Where this worker's runs can have their cgroups, whichever method measures them. */
function cgroupPatterns(): string[] {
  const { unified, v1 } = findHierarchies("");
  const own = [unified, ...Object.values(v1)].filter((directory) => directory !== undefined);
  const prefix = newCgroupName().replace(/\d+$/, "");
  return [...new Set(own.flatMap((directory) => [directory, dirname(directory)]))].map(
    (directory) => `${directory}/${prefix}*`,
  );
}
