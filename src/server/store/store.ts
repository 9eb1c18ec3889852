import type { ImportedEntry } from "../../contract/history-entries.ts";
import type { Scope } from "../../contract/route.ts";
import type { Requirements } from "../../domain/allocation.ts";
import type { Input } from "../../domain/artifact.ts";
import type { Timestamp } from "../../domain/clock.ts";
import type { Event } from "../../domain/event.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import type { RunId, WorkRequestId, WorkerName } from "../../domain/ids.ts";
import type { Layer } from "../../domain/layer.ts";
import type { Run } from "../../domain/run.ts";
import type { HistoryKey, TaskType } from "../../domain/task.ts";
import type { Finding, FindingKind, FindingState } from "../../domain/finding.ts";
import type { Reactions } from "../../domain/reaction.ts";
import type { FailOn, VerdictKind } from "../../domain/verdict.ts";
import type { Result, Status, UnblockStrategy, WorkRequest } from "../../domain/work-request.ts";
import type { Worker } from "../../domain/worker.ts";
import type { RebuildNote, StateNote } from "../../history/rebuild-key.ts";
import type { Leadership } from "./leadership.ts";
import type { PartReader, PartWriter } from "./store-parts.ts";

export type { DeliveryPatch, DueDelivery, NewDelivery, ReactionPayload } from "./delivery-store.ts";
export type { GoingRow, RunFigures } from "./going-run-store.ts";
export type { Leadership } from "./leadership.ts";

/*
 * What the rest of the server may ask of the database. Everything that knows SQL is behind this;
 * what the states mean and how they follow each other is decided in `server/loop`.
 */

/** One page of a list, and where the next begins; null at the end. */
export type Page<Item> = { items: Item[]; next_cursor: string | null };
export type PageQuery = { limit: number; cursor?: string | undefined };

/** A request to insert. Its id is given by the database; dependencies by position among those inserted with it, or by id. */
export type NewWorkRequest = HistoryKey & {
  name: string;
  status: "blocked" | "pending";
  task_data: Record<string, unknown>;
  requirements: Requirements;
  priority_base: number;
  unblock_strategy: UnblockStrategy;
  allow_failure: boolean;
  trusted: boolean;
  expire_after: number | null;
  /** Null, absent: as layers of the configuration say. */
  fail_on?: FailOn | null;
  reactions?: Reactions;
  supersedes: WorkRequestId | null;
  /** Estimated seconds of the longest chain that begins with it (`schedule/path.ts`); absent: 0. */
  remaining_path?: number;
  /** Of its predicted duration, seconds; absent: not known yet. */
  duration_p50?: number;
  duration_p95?: number;
  /** Absent: it is part of no workflow. */
  workflow_id?: WorkRequestId;
  workflow_group?: string;
  depends_on: RequestPlace[];
  /** What it takes over from some of them; absent: nothing. */
  inputs?: (Omit<Input, "from"> & { from: RequestPlace })[];
};

/** Requests and what depends on what; `isCut` when there are more. */
export type RequestGraph = {
  nodes: Pick<WorkRequest, "id" | "name" | "task_name" | "subject" | "context" | "status" | "result">[];
  edges: { work_request_id: WorkRequestId; depends_on: WorkRequestId }[];
  isCut: boolean;
};

/** A request among those inserted together, or one that is there. */
export type RequestPlace = { index: number } | { id: WorkRequestId };

/** Fields of a request that change after its creation. */
export type WorkRequestPatch = Partial<
  Pick<
    WorkRequest,
    | "status"
    | "result"
    | "subject"
    | "context"
    | "parameter_summary"
    | "input_size"
    | "allocation"
    | "estimate"
    | "worker_name"
    | "priority_adjustment"
    | "superseded_by"
    | "pending_at"
    | "started_at"
    | "completed_at"
    | "aborted"
    | "waiting"
    | "output_data"
    | "run_count"
    | "verdict"
    | "avoid_workers"
  >
> & {
  /** Not planned before this moment: a retry's back-off. */
  not_before?: Timestamp | null;
  remaining_path?: number;
  /** Of the estimated duration, seconds; null: not known. */
  duration_p50?: number | null;
  duration_p95?: number | null;
  /** On how many runs of its own key the allocation stands; 0: on others of the task; -1: on next to nothing; null: there is none. */
  evidence_runs?: number | null;
};

export type WorkRequestFilter = {
  status?: Status | undefined;
  verdict_kind?: VerdictKind | undefined;
  result?: Result | undefined;
  task_name?: string | undefined;
  subject?: string | undefined;
  context?: string | undefined;
  worker?: WorkerName | undefined;
  created_by?: string | undefined;
  /** `ended`: only those that ended, the last first; also where `since` or `until` is given. Otherwise newest first. */
  order?: "submitted" | "ended" | undefined;
  /** Ended then or later. */
  since?: Timestamp | undefined;
  /** Ended then or earlier. */
  until?: Timestamp | undefined;
};

/** What planning reads of a pending request. */
export type PendingRequest = Pick<
  WorkRequest,
  | "id"
  | "task_type"
  | "task_name"
  | "subject"
  | "context"
  | "input_size"
  | "requirements"
  | "allocation"
  | "priority_base"
  | "priority_adjustment"
  | "pending_at"
  | "waiting"
  | "run_count"
> & { not_before: Timestamp | null };

/** What planning knows of a request, whatever its status; amounts of time in seconds. */
export type PlanRow = Pick<
  WorkRequest,
  | "id"
  | "status"
  | "task_type"
  | "task_name"
  | "allocation"
  | "priority_base"
  | "priority_adjustment"
  | "created_by"
  | "run_count"
  | "avoid_workers"
> & {
  not_before: Timestamp | null;
  first_pending_at: Timestamp | null;
  remaining_path: number;
  duration_p50: number | null;
  duration_p95: number | null;
  submission_id: number | null;
  /** What the requests of its submission may have together; null: any part. */
  max_share: number | null;
};

/** What is read of a workflow's requests: all of them at once, so no more than is needed. */
export type MemberRow = HistoryKey &
  Pick<
    WorkRequest,
    | "id"
    | "name"
    | "workflow_group"
    | "status"
    | "result"
    | "verdict"
    | "aborted"
    | "allow_failure"
    | "worker_name"
    | "pending_at"
    | "started_at"
    | "completed_at"
    | "output_data"
    | "dependencies"
  > &
  Pick<PlanRow, "duration_p50" | "duration_p95" | "remaining_path">;

/** How long a success of the history took, and where. */
export type TimedEntry = Pick<HistoryEntry, "task_type" | "task_name" | "subject" | "runtime_statistics"> & {
  duration_ms: number | null;
  input_size: number | null;
  cpu_model: string | null;
  worker_name: string | null;
};

/** A run of the history with who submitted its request; null: that has expired. */
export type OwnedEntry = HistoryEntry & { created_by: string | null };

/** A run together with the lease that fences its worker's writes. */
export type LeasedRun = Run & { lease_token: string; lease_expires_at: Timestamp };

/** What the page of a worker tells of a run there. */
export type RunOnWorker = Pick<
  Run,
  | "id"
  | "work_request_id"
  | "attempt"
  | "allocation"
  | "assigned_at"
  | "started_at"
  | "ended_at"
  | "outcome"
  | "runtime_statistics"
> &
  Pick<WorkRequest, "task_name" | "subject" | "context">;

/** What a worker is told, and says, of a run that it holds. */
export type HeldRun = Pick<
  LeasedRun,
  "id" | "work_request_id" | "worker_name" | "state" | "allocation" | "abort_requested_by" | "lease_token"
>;

export type NewRun = Pick<
  Run,
  | "id"
  | "work_request_id"
  | "attempt"
  | "worker_name"
  | "cpu_model"
  | "allocation"
  | "estimate"
  | "placement"
  | "inputs"
> & { lease_token: string; lease_expires_at: Timestamp };

export type RunPatch = Partial<
  Pick<
    Run,
    | "state"
    | "started_at"
    | "ended_at"
    | "abort_requested_by"
    | "outcome"
    | "runtime_statistics"
    | "measurement"
    | "outputs"
    | "log"
    | "failure"
  >
> & { lease_expires_at?: Timestamp };

/** A run that goes on, as estimates see it. */
export type RunInFlight = Pick<Run, "cpu_model" | "worker_name"> &
  Pick<WorkRequest, "subject" | "context" | "input_size"> & { started_at: Timestamp };

/** A state of the estimator, or a note about states: JSON, and the task that it belongs to. */
export type StoredState = { key: { task_type: TaskType | StateNote; task_name: string }; state: unknown };

export type NewHistoryEntry = Omit<HistoryEntry, "id">;

/** The runs of one task that ended on one day: UTC, `2026-11-22`. */
export type TaskDay = Pick<HistoryKey, "task_type" | "task_name"> & { day: string };
/** How good their estimates were: JSON that only the estimator knows the inside of. */
export type AccuracyDay = TaskDay & { tally: unknown };

/** A layer before it is kept. */
export type NewLayer = Omit<Layer, "id" | "set_at">;
/** Whose runs are read for a judgement; what is absent is any. */
export type JudgedKey = Pick<HistoryKey, "task_type" | "task_name"> & { subject?: string; context?: string };

/** What judging reads of a finished run. */
export type JudgedRun = Pick<
  HistoryEntry,
  "id" | "result" | "outcome" | "work_request_id" | "run_id" | "failure" | "worker_name" | "person_verdict"
>;

/** What drift is looked for in. */
export type MeasuredEntry = Pick<
  HistoryEntry,
  "run_id" | "completed_at" | "runtime_statistics" | "duration_ms" | "lower_bounds" | "cpu_model" | "input_size"
>;

/** A failure that is like another. */
export type AlikeRun = Pick<HistoryEntry, "task_name" | "subject" | "completed_at" | "run_id">;

/** A run of a worker, as far as it tells of the worker. */
export type RecentRun = {
  run_id: RunId;
  work_request_id: WorkRequestId;
  hasPassed: boolean;
  hasPassedElsewhere: boolean;
};

/** A task in one context, with all its subjects. */
export type TaskContext = Omit<HistoryKey, "subject">;

/** With a part of a key and without a kind: not those of the farm, which are no task's. */
export type FindingFilter = {
  kind?: FindingKind | undefined;
  state?: FindingState | "open" | undefined;
  task_name?: string | undefined;
  subject?: string | undefined;
  context?: string | undefined;
  fingerprint?: string | undefined;
  owner?: string | undefined;
  has_owner?: "yes" | "no" | undefined;
};
export type NewFinding = Omit<Finding, "id">;
export type FindingPatch = Partial<Omit<Finding, "id" | "kind" | "found_at" | keyof HistoryKey>>;

/** A token without its secret. */
export type TokenRecord = {
  id: number;
  name: string;
  scope: Scope;
  worker_name: WorkerName | null;
  created_at: Timestamp;
  expires_at: Timestamp | null;
  last_used_at: Timestamp | null;
  /** The part of all workers, above 0 and at most 1, that the requests it submits may have together; null: any. */
  max_share: number | null;
  /** Of a browser's session: the token that it was opened with, and ends with; null: it is none. */
  opened_with: number | null;
};
/** `secret_hash` is the SHA-256 of the secret, hex; secrets are long and random, so it needs no salt. */
export type NewToken = Pick<TokenRecord, "name" | "scope" | "worker_name" | "expires_at"> & {
  secret_hash: string;
  max_share?: number | null;
  opened_with?: number;
};

/**
 * A worker as stored: its state follows from when it was last seen, from `drain` (people want no more runs on
 * it) and from `wants_work` (it wants none itself, because it is stopping), so it is not stored.
 */
export type WorkerRow = Omit<Worker, "state"> & {
  drain: boolean;
  wants_work: boolean;
  /** Of the newest call that was taken in; 0 before the first. */
  sequence: number;
  /** When people had it take work again; null: never. */
  resumed_at: Timestamp | null;
};

/** Which entries of a key are kept: always the last success and the last failure, and the newest so many. */
export type Retention = { old_items_to_keep: number; max_age_days?: number };

/** Reading; inside a transaction it sees that transaction's own writes. */
export type StoreReader = RequestReader & PartReader;

type RequestReader = {
  /** The database's clock: it decides leases and order. */
  now(): Promise<Timestamp>;

  workRequest(id: WorkRequestId): Promise<WorkRequest | undefined>;
  workRequests(filter: WorkRequestFilter, page: PageQuery): Promise<Page<WorkRequest>>;
  existingWorkRequestIds(ids: readonly WorkRequestId[]): Promise<Set<WorkRequestId>>;
  countByStatus(): Promise<Record<Status, number>>;
  /** The requests made by an earlier submission with this key, with the hash it had; undefined if there was none. */
  submission(key: string): Promise<{ body_hash: string; ids: WorkRequestId[] } | undefined>;
  /** Requests that directly depend on the one given. */
  dependentsOf(id: WorkRequestId): Promise<WorkRequest[]>;
  /** A request with what it runs after and what runs after it, over all steps; at most `limit` of each. */
  requestGraph(id: WorkRequestId, limit: number): Promise<RequestGraph>;
  /** Status, result, verdict and allow_failure of what a request depends on. */
  dependencyStates(
    id: WorkRequestId,
  ): Promise<Pick<WorkRequest, "id" | "status" | "result" | "allow_failure" | "verdict">[]>;
  /** Pending requests that may be planned at `now`, highest priority first, then longest pending; at most `limit`. */
  pending(now: Timestamp, limit: number): Promise<PendingRequest[]>;
  /** What planning knows of these requests; those that do not exist are absent. */
  planRows(ids: readonly WorkRequestId[]): Promise<PlanRow[]>;
  /** Of all pending requests, the first so many with a greater id, in the order of ids. */
  pendingAfter(id: WorkRequestId | 0, limit: number): Promise<PlanRow[]>;
  /** Pending requests without an allocation that may be planned now, oldest first: their needs are still to be worked out. */
  unprepared(limit: number): Promise<WorkRequest[]>;
  /** The earliest `not_before` after `now` of a pending request. */
  nextNotBefore(now: Timestamp): Promise<Timestamp | undefined>;

  /** Requests of the type `workflow`, newest first. */
  workflows(page: PageQuery): Promise<Page<WorkRequest>>;
  /** The requests of a workflow in the order of their ids; those that were made again by hand are left out. */
  members(id: WorkRequestId): Promise<MemberRow[]>;
  /** Those that were made again, each with the one that took its place. */
  supersededMembers(id: WorkRequestId): Promise<Map<WorkRequestId, WorkRequestId>>;
  /** Requests of a workflow that have not ended, oldest first. */
  openMembers(id: WorkRequestId, limit: number): Promise<WorkRequest[]>;
  /** Requests of `server` tasks that run. */
  runningServerTasks(): Promise<WorkRequestId[]>;
  /** The workflows that run, and whether they have requests that have not ended. */
  goingWorkflows(): Promise<{ id: WorkRequestId; isAborting: boolean; isOpen: boolean }[]>;

  run(id: RunId): Promise<LeasedRun | undefined>;
  runsOf(id: WorkRequestId): Promise<Run[]>;
  /** Of a worker's newest requests the runs that touch a span of time, newest first. */
  runsOn(
    worker: WorkerName,
    span: { since?: Timestamp | undefined; until?: Timestamp | undefined },
    limit: number,
  ): Promise<RunOnWorker[]>;
  /** Runs that have not ended, of one worker or of all. */
  activeRuns(worker?: WorkerName): Promise<LeasedRun[]>;
  /** Of the runs of one worker that have not ended, what is needed at each of its calls. */
  heldRuns(worker: WorkerName): Promise<HeldRun[]>;
  expiredRuns(now: Timestamp): Promise<LeasedRun[]>;
  /** Started runs of a task that have not ended, those of the oldest requests first; at most `limit`. */
  runsInFlight(task: Pick<HistoryKey, "task_type" | "task_name">, limit: number): Promise<RunInFlight[]>;

  workers(): Promise<WorkerRow[]>;
  worker(name: WorkerName): Promise<WorkerRow | undefined>;

  history(
    key: {
      task_type: HistoryKey["task_type"];
      task_name: string;
      subject?: string | undefined;
      context?: string | undefined;
      /** Only of runs on it; it need not be known any more. */
      worker?: string | undefined;
    },
    page: PageQuery & { since?: Timestamp | undefined; until?: Timestamp | undefined },
  ): Promise<Page<HistoryEntry>>;
  /** `entry`: the newest; `success`: the newest success; `failure`: the newest failure or error. */
  lastEntry(which: "entry" | "success" | "failure", key: HistoryKey): Promise<HistoryEntry | undefined>;
  /** The trusted successes among the newest so many entries of all history. */
  newestTimes(limit: number): Promise<TimedEntry[]>;
  /** The runs of the newest requests, newest first, imported ones left out; at most `limit`. */
  newestRuns(limit: number): Promise<OwnedEntry[]>;
  /** The entries of a task after a place in its history, oldest first: in the order in which they are learnt. */
  historyAfter(
    task: Pick<HistoryKey, "task_type" | "task_name">,
    after: { completed_at: Timestamp; id: number },
    limit: number,
  ): Promise<HistoryEntry[]>;
  /** The task after the one given, or the first, of all that have a history. */
  taskAfter(
    task: Pick<HistoryKey, "task_type" | "task_name"> | undefined,
  ): Promise<Pick<HistoryKey, "task_type" | "task_name"> | undefined>;
  /** Tasks of which it is noted that their states are to be made anew; at most `limit`. */
  rebuilds(limit: number): Promise<Pick<HistoryKey, "task_type" | "task_name">[]>;
  /**
   * What judging reads of the newest finished runs of a key, or of a coarser one (without context, or without subject and
   * context), oldest first; untrusted ones left out.
   */
  judgedRuns(key: JudgedKey, limit: number): Promise<JudgedRun[]>;
  /** What the newest trusted successes of a key used, oldest first; `since`: those that ended then or later. */
  measuredRuns(key: HistoryKey, since: Timestamp | undefined, limit: number): Promise<MeasuredEntry[]>;
  /** The newest failures with a fingerprint, of any key, newest first. */
  failuresAlike(fingerprint: string, limit: number): Promise<AlikeRun[]>;
  /**
   * The newest ended runs of a worker that passed or failed, newest first, since it was resumed, and whether their requests
   * passed elsewhere.
   */
  recentRunsOn(worker: Pick<WorkerRow, "worker_name" | "resumed_at">, limit: number): Promise<RecentRun[]>;

  /** Findings, newest first; `open`: all that are not fixed. */
  findings(filter: FindingFilter, page: PageQuery): Promise<Page<Finding>>;
  finding(id: number): Promise<Finding | undefined>;

  /** The estimator's states, and notes about them, by their keys; those that do not exist are absent. */
  estimateStates(keys: readonly string[]): Promise<Map<string, unknown>>;

  /** How good estimates were since a day, the newest days first, at most `limit` of them, after the one given. */
  accuracyDays(
    filter: { since: string; task_type?: HistoryKey["task_type"] | undefined; task_name?: string | undefined },
    limit: number,
    after?: TaskDay,
  ): Promise<AccuracyDay[]>;

  /** All layers of configuration. */
  layers(): Promise<Layer[]>;

  tokenByHash(secretHash: string): Promise<TokenRecord | undefined>;
  tokens(): Promise<TokenRecord[]>;
  /** Whom something can be given to, by name: who has a token that is no worker's, to join or a session's; at most 1,000. */
  people(): Promise<string[]>;
  /** The least `max_share` of the tokens of each name, of those that have one. */
  maxShares(): Promise<Map<string, number>>;
};

/** Reading and writing in one transaction. */
export type StoreTransaction = StoreReader & RequestWriter & PartWriter;

type RequestWriter = {
  /** As `workRequest`, and nobody else changes it until the transaction ends. */
  lockWorkRequest(id: WorkRequestId): Promise<WorkRequest | undefined>;
  insertWorkRequests(
    requests: readonly NewWorkRequest[],
    submission: {
      created_by: string;
      key?: string | undefined;
      max_share?: number | undefined;
      /** They belong to a submission that is there already: that of their workflow. */
      submission_id?: number | null;
      body_hash: string;
    },
  ): Promise<WorkRequestId[]>;
  updateWorkRequest(id: WorkRequestId, patch: WorkRequestPatch): Promise<void>;
  /**
   * Forgets the allocation of pending requests that have had no run, so that new history is used for them: of the key,
   * where at most so many of its runs were known; and of its task, where next to nothing was.
   */
  forgetAllocations(key: HistoryKey, known_runs: number): Promise<void>;
  /** Deletes ended requests whose time has come, with runs and events; gives the deleted runs' ids, for their files. */
  deleteExpired(now: Timestamp, limit: number): Promise<RunId[]>;

  insertRun(run: NewRun): Promise<void>;
  /**
   * Changes a run that has not ended and whose lease is the one given; false if that is not so any more.
   * With `lease_token` undefined the server itself writes (it takes the lease away).
   */
  updateRun(id: RunId, lease_token: string | undefined, patch: RunPatch): Promise<boolean>;
  /** Renews, in one statement, the leases given; answers with the ids that were still held. */
  renewLeases(leases: readonly { run_id: RunId; lease_token: string }[], until: Timestamp): Promise<Set<RunId>>;
  /** All active leases last at least until then: a server that was away gives its workers time to be heard. */
  extendAllLeases(until: Timestamp): Promise<void>;
  /** All active leases last until then, also those that would have lasted longer: the clock was set. */
  resetAllLeases(until: Timestamp): Promise<void>;
  /** Hands a late result in: writes the end of a run that was given up as lost, and only that. */
  reviveLostRun(id: RunId, lease_token: string, patch: RunPatch): Promise<boolean>;

  /** As `worker`, and nobody else changes it until the transaction ends. */
  lockWorker(name: WorkerName): Promise<WorkerRow | undefined>;
  upsertWorker(worker: WorkerRow): Promise<void>;
  /** To let it take work again also ends the suspicion, and notes when. */
  setDrain(name: WorkerName, drain: boolean): Promise<boolean>;
  deleteWorker(name: WorkerName): Promise<boolean>;

  /** Sets the one layer of its scope and field. */
  putLayer(layer: NewLayer): Promise<Layer>;
  deleteLayer(id: number): Promise<boolean>;
  /** Forgets the allocation of every pending request that has had no run: what they are given has to be worked out anew. */
  forgetAllAllocations(): Promise<void>;

  /** Gives its id. `keepTaskCourses` follows. */
  insertHistory(entry: NewHistoryEntry): Promise<number>;
  /** Keeps what a person said of a request with its history, for later judgements. */
  setPersonVerdict(id: WorkRequestId, kind: VerdictKind): Promise<void>;
  /** Gives the finding's number; undefined where the like is open already: one of its kind, key and fingerprint at most is. */
  insertFinding(finding: NewFinding): Promise<number | undefined>;
  updateFinding(id: number, patch: FindingPatch): Promise<void>;
  setSuspicion(name: WorkerName, suspicion: Worker["suspicion"]): Promise<void>;
  /**
   * Inserts entries that are not there yet (same key, time, origin and figures); says how many were new. Notes that the
   * states of their tasks are to be made anew.
   */
  importHistory(entries: readonly ImportedEntry[]): Promise<{ imported: number; duplicates: number }>;
  /** Deletes what `Retention` does not keep of one key; at most 1,000 entries a call. */
  trimHistory(key: HistoryKey, retention: Retention): Promise<void>;
  putEstimateStates(states: ReadonlyMap<string, StoredState>): Promise<void>;
  /** What is noted about making a task's states anew. Until the transaction ends nobody else learns. */
  takeRebuild(task: Pick<HistoryKey, "task_type" | "task_name">): Promise<RebuildNote | undefined>;
  deleteEstimateState(stateKey: string): Promise<void>;
  /** Deletes states of a task, at most `limit`; says how many. */
  deleteEstimateStates(task: Pick<HistoryKey, "task_type" | "task_name">, limit: number): Promise<number>;

  /** Replaces the tally of a task's day (null where there is none yet) by what `change` makes of it; others wait. */
  changeAccuracyDay(day: TaskDay, change: (tally: unknown) => unknown): Promise<void>;
  /** Forgets the days before the one given. */
  trimAccuracyDays(before: string): Promise<void>;

  insertToken(token: NewToken): Promise<TokenRecord>;
  /** Ends a token, and the sessions that were opened with it. */
  deleteToken(id: number): Promise<boolean>;
  deleteTokensOfWorker(name: WorkerName): Promise<void>;
  touchToken(id: number): Promise<void>;
};

/** An open database. */
export type Store = {
  readonly kind: "sqlite" | "postgres";
  readonly read: StoreReader;
  /**
   * Runs the work in one transaction and commits it; when this resolves, it is on disk. The work may be
   * run again after a serialisation failure, so it must do nothing but read and write through `tx`.
   */
  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T>;
  /** Calls back after each commit that appended events, in order, also for commits of other servers on the same database. */
  onEvents(listener: (events: readonly Event[]) => void): () => void;
  /** Becomes the one planner of this database, until released or the process dies; undefined if another is. */
  lead(): Promise<Leadership | undefined>;
  close(): Promise<void>;
};
