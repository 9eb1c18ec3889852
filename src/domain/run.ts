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
  worker_name: WorkerName;
  verdict: CandidateVerdict;
  /** For `no_room` and `too_small`: which resource is short, what is there and what is needed. */
  resource?: Resource;
  available?: number;
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
  at: Timestamp;
  worker_name: WorkerName;
  /** The sentence that names the deciding rule. */
  rule: string;
  /** At most 20; `candidate_count` has them all. */
  candidates: Candidate[];
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
export type RunLog = { size: number; cut_bytes: number };

/** One attempt at a work request on one worker. */
export type Run = {
  id: RunId;
  work_request_id: WorkRequestId;
  attempt: number;
  state: RunState;
  worker_name: WorkerName;
  cpu_model: string | null;
  allocation: Allocation;
  /** What was predicted when the run was placed. */
  estimate: Estimate;
  placement: Placement;
  assigned_at: Timestamp;
  started_at: Timestamp | null;
  ended_at: Timestamp | null;
  abort_requested_by: string | null;
  outcome: Outcome | null;
  runtime_statistics: RuntimeStatistics;
  /** While the run goes on: its figures so far. */
  measurement: Measurement | null;
  /** The files that it was given of other requests. */
  inputs: RunInput[];
  outputs: RunOutput[];
  log: RunLog;
  /** How it failed; null when it did not, or left nothing to tell by. */
  failure: FailureMark | null;
};
