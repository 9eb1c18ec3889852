import type { ChildProcess } from "node:child_process";

const FORWARDED = ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const;
/** What a terminal itself sends to all processes in its foreground. */
const BY_TERMINAL: ReadonlySet<string> = new Set(["SIGINT", "SIGQUIT"]);

/**
 * Passes signals sent to us on to a command that shares our terminal; the terminal's own (Ctrl-C) it has got already.
 * To be called before the command is started, which may be ended by a signal as soon as it is.
 * @param child the command, once it is started
 * @returns ends it
 */
export function forwardSignals(child: () => ChildProcess | undefined): () => void {
  const forward = (signal: NodeJS.Signals): void => {
    if (process.stdin.isTTY && BY_TERMINAL.has(signal)) return;
    child()?.kill(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  return () => {
    for (const signal of FORWARDED) process.off(signal, forward);
  };
}

/** A signal for each process, and SIGCONT so that stopped ones see it; those that ended meanwhile are passed over. */
export function signalEach(processes: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of processes) {
    try {
      process.kill(pid, signal);
      process.kill(pid, "SIGCONT");
    } catch {
      // ended meanwhile
    }
  }
}
