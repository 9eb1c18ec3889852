/** What the command tells its caller; the same for all of them (`UI.md`, terminal). */
export const EXIT = {
  /** Done, and the work succeeded. */
  success: 0,
  /** The work failed. */
  failed: 1,
  /** Wrong usage, or a call that does not fit the state of things. */
  usage: 2,
  /** Infrastructure: no server, a worker lost, retries spent. */
  infrastructure: 3,
  /** Not authenticated, or not allowed. */
  forbidden: 4,
  not_found: 5,
  aborted: 6,
  /** `--timeout` was reached. */
  timeout: 124,
  /** Interrupted here; the request goes on. */
  interrupted: 130,
} as const;

/** One of `EXIT`, or the code of a command that was run here. */
export type ExitCode = number;
