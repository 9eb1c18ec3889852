/**
 * How a run failed, so that the same failure can be told from a new one: what it ended by and its last error lines,
 * normalised (paths, times, hexadecimal and other numbers folded). `docs/verdicts.md` has the rules.
 */
export type FailureMark = {
  /** 16 hexadecimal digits, of `cause` and `lines`. */
  fingerprint: string;
  /** `exit 2`, `SIGSEGV`, `out_of_memory`, or the code of the error that kept it from running. */
  cause: string;
  /** The normalised error lines, at most 5; none where the log says nothing of an error. */
  lines: string[];
  /** The line that tells it best, as it was written: the last exception, else the first of these; at most 300 characters. */
  first_error?: string;
};
