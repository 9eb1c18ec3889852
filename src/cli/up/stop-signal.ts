import process from "node:process";

/** The signals that ask a server or a worker to end. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * npm and our launcher pass on a Ctrl-C that the terminal has sent to everybody already: what comes so soon after
 * a signal is the same one again.
 */
export const ECHO_MS = 100;

/** Waits for a request to end: the first signal asks for a graceful end, a second one is told apart. */
export type StopSignal = {
  /** Resolves with the first signal. */
  requested: Promise<void>;
  /** Resolves with the second: the person does not want to wait any more. */
  insisted: Promise<void>;
  /** Gives the signals back to Node. */
  release(): void;
};

/** Takes over the signals from now on. */
export function stopSignal(): StopSignal {
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  let firstAtMs: number | undefined;
  const onSignal = () => {
    if (firstAtMs === undefined) first.resolve();
    else if (performance.now() - firstAtMs > ECHO_MS) second.resolve();
    firstAtMs ??= performance.now();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    requested: first.promise,
    insisted: second.promise,
    release: () => {
      for (const signal of SIGNALS) process.removeListener(signal, onSignal);
    },
  };
}
