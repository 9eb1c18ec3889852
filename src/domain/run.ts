import type { Content, RunInput } from "./artifact.ts";
import type { Allocation, Estimate, Resource } from "./allocation.ts";
import type { Timestamp } from "./clock.ts";
import type { FailureMark } from "./failure.ts";
import type { RunId, WorkRequestId, WorkerName } from "./ids.ts";
import type { Outcome } from "./outcome.ts";
import type { Measurement, RuntimeStatistics } from "./runtime-statistics.ts";

/** `assigned` → `running` → `ended`. */
export const RUN_STATES = ["assigned", "running", "ended"] as const;

/**
 * - `assigned`: placed on a worker, which has not said yet that it started;
 * - `running`: its command runs (or its results are being handed in);
 * - `ended`: has an outcome.
 */
export type RunState = (typeof RUN_STATES)[number];

/** What kept a worker from being chosen, or that it was. */
export const CANDIDATE_VERDICTS = [
  "chosen",
  "fits",
  "reserved",
  "no_room",
  "too_small",
  "lacks_tag",
  "not_allowed",
  "avoided",
  "draining",
  "offline",
] as const;
export type CandidateVerdict = (typeof CANDIDATE_VERDICTS)[number];

/** One worker, looked at for one request. */
export type Candidate = {
  /** Which worker. */
  worker_name: WorkerName;
  /** How it stands to the request. */
  verdict: CandidateVerdict;
  /** For `no_room` and `too_small`: which resource is short, what is there and what is needed. */
  resource?: Resource;
  /** What there is of it, in its unit. */
  available?: number;
  /** What is needed of it. */
  needed?: number;
  /** For `lacks_tag`. */
  tag?: string;
  /** For `reserved`: the request that the room is kept for. */
  reserved_for?: WorkRequestId;
  /**
   * For `chosen` and `fits` of a placement: how long work was thought to take there, relative to an ordinary worker; 0.5 is
   * twice as fast. Absent: as long as anywhere, or nobody knows.
   */
  slowness?: number;
};

/** The choice of a worker, kept as it was made. */
export type Placement = {
  /** When it was chosen. */
  at: Timestamp;
  /** The worker that was chosen. */
  worker_name: WorkerName;
  /** The sentence that names the deciding rule. */
  rule: string;
  /** At most 20; `candidate_count` has them all. */
  candidates: Candidate[];
  /** How many workers were looked at. */
  candidate_count: number;
};

/** A file kept with a run. */
export type RunOutput = Content & {
  /** Relative to the work directory of its run. */
  path: string;
  /** Absent: it is not. */
  executable?: true;
};

/** The log kept with a run. Bytes; `cut_bytes` were not kept because of the cap. */
export type RunLog = {
  /** Bytes that are kept. */
  size: number;
  /** Bytes that were left out of its middle, because it was longer than may be kept. */
  cut_bytes: number;
};

/** One attempt at a work request on one worker. */
export type Run = {
  /** The request's number, a dot, and `attempt`. */
  id: RunId;
  /** What it is an attempt at. */
  work_request_id: WorkRequestId;
  /** 1, 2, 3, … */
  attempt: number;
  /** How far it is. */
  state: RunState;
  /** Where it runs, or ran. */
  worker_name: WorkerName;
  /** The worker's, as it was then; null: it is not known. */
  cpu_model: string | null;
  /** What it was given. */
  allocation: Allocation;
  /** What was predicted when the run was placed. */
  estimate: Estimate;
  /** Why it runs where it does. */
  placement: Placement;
  /** When its worker was chosen. */
  assigned_at: Timestamp;
  /** When its command started; null: it has not. */
  started_at: Timestamp | null;
  /** When it ended; null: it has not. */
  ended_at: Timestamp | null;
  /** Who has asked for its end; null: nobody. */
  abort_requested_by: string | null;
  /** How it ended; null: it has not. */
  outcome: Outcome | null;
  /** What it used, and what its worker had. */
  runtime_statistics: RuntimeStatistics;
  /** While the run goes on: its figures so far. */
  measurement: Measurement | null;
  /** The files that it was given of other requests. */
  inputs: RunInput[];
  /** The files that it left. */
  outputs: RunOutput[];
  /** What is kept of what it wrote. */
  log: RunLog;
  /** How it failed; null when it did not, or left nothing to tell by. */
  failure: FailureMark | null;
};
