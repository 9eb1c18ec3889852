import { constants } from "node:os";
import type { Outcome } from "../../domain/outcome.ts";
import { totalMemory } from "../measure/machine.ts";
import type { Exit } from "./child.ts";
import { startError, whyNotStartable } from "./find-command.ts";
import { JOIN_FAILED } from "./launch.ts";

/** What is known of a command that nobody ended. Bytes. */
export type Ending = {
  exit: Exit;
  /** The program's file. */
  path: string;
  /** Whether its process became a member of its account. */
  hasJoined: boolean;
  /** Whether the kernel killed in it for memory, or refused it memory. */
  isShortOfMemory: boolean;
  /** Whether that was not its own doing: it stayed within its limit, and others used up the memory. */
  isBystander: boolean;
  /** Whether the kernel killed for memory on the machine meanwhile, and nobody can tell whether it was in this run. */
  wasMachineShort: boolean;
  memoryLimit: number | undefined;
  memoryBytes: number;
  /** What was seen of the file system of its directory. */
  disk: { isOwn: boolean; wasFull: boolean; freeAtStart: number | undefined } | undefined;
  diskBytes: number;
  diskLimit: number | undefined;
};

/**
 * The outcome of a command that nobody ended. A lack of memory or disk explains every end but success:
 * a child may have been killed behind its parent's exit code 1. A command that says it succeeded is believed
 * (`oom_kills` in the measurement tells, and its memory is a lower bound).
 */
export function naturalOutcome(ending: Ending): Outcome {
  const { exit } = ending;
  if ("failure" in exit) return startFailed(whyNotStartable(ending.path) ?? launchError(exit.failure));
  if (exit.code === 0) return { kind: "exited", code: 0 };
  if (ending.isShortOfMemory && ending.isBystander) return bystander(ending);
  if (ending.wasMachineShort && isKilled(exit)) return killedOnMachine(ending);
  if (ending.isShortOfMemory) return { kind: "out_of_memory", limit: ending.memoryLimit ?? totalMemory() };
  if (ending.disk?.wasFull === true) return outOfDisk(ending);
  if (exit.signal !== null) return { kind: "signalled", signal: exit.signal };
  return exited(exit.code ?? 0, ending);
}

function exited(code: number, { hasJoined, path }: Ending): Outcome {
  if (code === JOIN_FAILED && !hasJoined) {
    return startFailed(startError("measuring-failed", "the run's process could not join its cgroup", {}));
  }
  // a shell, ours or the one that the C library tries last, exits with these when it could not start the command
  const reason = code === 126 || code === 127 ? whyNotStartable(path) : undefined;
  return reason === undefined ? { kind: "exited", code } : startFailed(reason);
}

/**
 * A run that stayed within its limit was promised that much: when it dies of what others use, the fault is the worker's. Without
 * a limit it had no promise.
 */
function bystander({ memoryLimit, memoryBytes }: Ending): Outcome {
  if (memoryLimit === undefined) return { kind: "out_of_memory", limit: totalMemory() };
  const reason = `the kernel ended the run at ${memoryBytes} bytes, within its ${memoryLimit}, because others used up the memory`;
  return startFailed(startError("worker-out-of-memory", reason, { used: memoryBytes, limit: memoryLimit }));
}

/** How the kernel kills, and how a shell tells of a child that was killed so. */
function isKilled({ code, signal }: Exclude<Exit, { failure: Error }>): boolean {
  return signal === "SIGKILL" || code === 128 + constants.signals.SIGKILL;
}

/**
 * Without a cgroup there is no limit of the kernel's, so it kills for what the machine, or the container that the worker is in, is
 * short of; that it was this run is the likeliest of what there is.
 */
function killedOnMachine(ending: Ending): Outcome {
  const { memoryLimit, memoryBytes } = ending;
  if (memoryLimit !== undefined && memoryBytes > memoryLimit) return { kind: "out_of_memory", limit: memoryLimit };
  return bystander(ending);
}

/**
 * A full disk is the run's fault when it is the run's own, or when nobody limited it and it used up all that was free.
 * A run that stayed within its limit was promised that much: the fault is the worker's.
 */
function outOfDisk({ disk, diskBytes, diskLimit }: Ending): Outcome {
  const free = disk?.freeAtStart ?? 0;
  const isOwnFault = disk?.isOwn === true || (diskLimit === undefined && diskBytes >= free * 0.9);
  if (isOwnFault) return { kind: "out_of_disk", limit: Math.min(diskLimit ?? Infinity, free) };
  const reason = `the run used ${diskBytes} bytes of the ${free} that were free when it started`;
  return startFailed(startError("worker-disk-full", reason, { used: diskBytes, available: free }));
}

/** Whether a run that "could not be started" had started, and was ended by what its worker is short of. */
export function isWorkersFault(errors: readonly { code: string }[]): boolean {
  return errors.some(({ code }) => code === "worker-out-of-memory" || code === "worker-disk-full");
}

function launchError(failure: Error): ReturnType<typeof startError> {
  return startError("start-failed", failure.message, {});
}

function startFailed(error: ReturnType<typeof startError>): Outcome {
  return { kind: "start_failed", errors: [error] };
}
