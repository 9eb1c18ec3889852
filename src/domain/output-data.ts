import type { Timestamp } from "./clock.ts";
import type { RuntimeStatistics } from "./runtime-statistics.ts";

/** One reason why a request was not run, or was run and is an error. More fields depend on the code. */
export type WorkRequestError = {
  /** A sentence: what happened, what was found, what to do. */
  message: string;
  /** A code of the registry in `contract/errors.ts`. */
  code: string;
  [detail: string]: unknown;
};

/** A person's answer to a request of the task `confirm`. */
export type Confirmation = {
  /** True: yes. */
  accepted: boolean;
  /** The name of the token that answered. */
  by: string;
  /** When. */
  at: Timestamp;
  /** What that person said. */
  reason?: string;
};

/** What a completed work request leaves, as `DESIGN.md` §3 fixes it. */
export type OutputData = {
  /** What the last run used, and what its worker had. */
  runtime_statistics: RuntimeStatistics;
  /** Often: why it was not run at all. */
  errors?: WorkRequestError[];
  /** Of a result `skipped`: why nothing had to be done. */
  skip_reason?: string;
  /** For the task `confirm`. */
  confirmation?: Confirmation;
};
