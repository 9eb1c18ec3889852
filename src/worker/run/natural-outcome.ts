import { totalMemory } from "../measure/machine.ts";
import type { Outcome } from "../../domain/outcome.ts";
import { startError, whyNotStartable } from "./find-command.ts";
import { JOIN_FAILED } from "./launch.ts";

type Ending = {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The program's file. */
  path: string;
  /** Whether anything was charged to the run. */
  isJoined: boolean;
  /** Whether a shell started it, so that its codes 126 and 127 may mean "could not". */
  isLaunchedByShell: boolean;
  oomKills: number;
  memoryLimit: number | undefined;
};

/**
 * The outcome of a command that nobody ended. A kernel kill for memory explains every end but success:
 * a child may have been killed behind its parent's exit code 1. A command that says it succeeded
 * although something in it was killed is believed (`oom_kills` in the measurement tells).
 */
export function naturalOutcome(ending: Ending): Outcome {
  if (ending.oomKills > 0 && ending.code !== 0) {
    return { kind: "out_of_memory", limit: ending.memoryLimit ?? totalMemory() };
  }
  if (ending.signal !== null) return { kind: "signalled", signal: ending.signal };
  const code = ending.code ?? 0;
  if (code === JOIN_FAILED && !ending.isJoined) {
    const message = "the run's process could not join its cgroup";
    return { kind: "start_failed", errors: [startError("measuring-failed", message, {})] };
  }
  const reason = ending.isLaunchedByShell && (code === 126 || code === 127) ? whyNotStartable(ending.path) : undefined;
  return reason === undefined ? { kind: "exited", code } : { kind: "start_failed", errors: [reason] };
}
