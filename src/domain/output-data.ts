import type { RuntimeStatistics } from "./runtime-statistics.ts";

/** One reason why a request was not run, or was run and is an error. More fields depend on the code. */
export type WorkRequestError = {
  /** A sentence: what happened, what was found, what to do. */
  message: string;
  /** A code of the registry in `contract/errors.ts`. */
  code: string;
  [detail: string]: unknown;
};

/** What a completed work request leaves, as `DESIGN.md` §3 fixes it. */
export type OutputData = {
  runtime_statistics: RuntimeStatistics;
  errors?: WorkRequestError[];
  skip_reason?: string;
};
