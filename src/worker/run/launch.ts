import { spawn, type ChildProcess } from "node:child_process";
import type { Account } from "../measure/meter.ts";
import type { RunSpec } from "./run-spec.ts";

/** What the starting shell exits with when it could not join the run's cgroup. */
export const JOIN_FAILED = 125;

/**
 * Starts the command as a member of its account. A process must be in its cgroup before it uses anything,
 * and Node cannot run code between fork and exec: a shell joins, then becomes the command
 * (0.7 ms; the command keeps the shell's pid). The last file is joined only if the others were.
 */
export function launch(spec: RunSpec, account: Account): ChildProcess {
  const { file, args } = commandLine(spec, account.joinFiles);
  const isInherited = spec.output === "inherit";
  return spawn(file, args, {
    cwd: spec.cwd,
    env: { ...spec.env, ...account.markers },
    stdio: isInherited ? "inherit" : ["ignore", "pipe", "pipe"],
    // in a session of its own, unless it must stay in the terminal's foreground with us
    detached: !isInherited,
  });
}

function commandLine(spec: RunSpec, joinFiles: readonly string[]): { file: string; args: string[] } {
  const [program = "", ...args] = spec.argv;
  if (joinFiles.length === 0) return { file: program, args };
  const joins = joinFiles.map((_, index) => `echo 0 >"\${${index + 1}}"`).join(" && ");
  const script = `${joins} || exit ${JOIN_FAILED}; shift ${joinFiles.length}; exec "$@"`;
  return { file: "/bin/sh", args: ["-c", script, "almanac", ...joinFiles, ...throughEnv(spec)] };
}

/** The shell drops variables whose names it could not use itself (`a.b`, `BASH_FUNC_f%%`): env(1) puts them back. */
function throughEnv({ argv, env }: RunSpec): string[] {
  const odd = Object.keys(env).filter((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
  if (odd.length === 0) return [...argv];
  return ["/usr/bin/env", "--", ...odd.map((name) => `${name}=${env[name]}`), ...argv];
}
