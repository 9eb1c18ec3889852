import type { ColumnType, Generated, GeneratedAlways } from "kysely";
import type { IgnoredAdvice } from "../../domain/advice.ts";
import type { Content, Input } from "../../domain/artifact.ts";
import type { Timestamp } from "../../domain/clock.ts";
import type { Event } from "../../domain/event.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import type { WorkerName, WorkRequestId } from "../../domain/ids.ts";
import type { Layer, LayerValue } from "../../domain/layer.ts";
import type { Hook, HookCall } from "../../domain/hook.ts";
import type { Firing, Schedule } from "../../domain/schedule.ts";
import type { Run } from "../../domain/run.ts";
import type { Finding } from "../../domain/finding.ts";
import type { Delivery } from "../../domain/reaction.ts";
import type { VerdictKind } from "../../domain/verdict.ts";
import type { CourseRun } from "../../domain/task-course.ts";
import type { Capacity } from "../../domain/worker.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import type { WorkerLine } from "../../domain/worker-line.ts";
import type { CourseEntry, CourseFigures } from "../../history/task-course.ts";
import type { ReactionPayload } from "./delivery-store.ts";
import type { TaskContext, TaskDay, TokenRecord, WorkerRow } from "./store.ts";

/*
 * The schema as the queries see it, the same on both engines: the records of `domain`, with the columns
 * that only the store needs. `columns.ts` turns stored values into these types.
 */

type WorkRequestTable = Omit<
  WorkRequest,
  "id" | "inputs" | "dependencies" | "expected" | "priority_adjustment" | "run_count"
> & {
  inputs: Generated<Input[]>;
  verdict_kind: VerdictKind | null;
  id: Generated<WorkRequestId>;
  priority_adjustment: Generated<number>;
  run_count: Generated<number>;
  submission_id: number | null;
  not_before: Timestamp | null;
  first_pending_at: Timestamp | null;
  remaining_path: Generated<number>;
  duration_p50: number | null;
  duration_p95: number | null;
  evidence_runs: number | null;
  max_share: number | null;
  expires_at: Timestamp | null;
};

type SubmissionTable = {
  id: Generated<number>;
  created_by: string;
  submission_key: string | null;
  body_hash: string;
  created_at: Timestamp;
  orphaned_at: Timestamp | null;
};

type DependencyTable = { work_request_id: WorkRequestId; depends_on: WorkRequestId };

/** Numbers that the database makes of a run's documents. */
type RunAmounts = Record<`reserved_${keyof Capacity}`, GeneratedAlways<number>> &
  Record<`used_${keyof Capacity}` | "raised_memory", GeneratedAlways<number | null>>;

type RunTable = Run & RunAmounts & { lease_token: string; lease_expires_at: Timestamp };

/** In the record these are absent when there is nothing; in the table they are null. */
type NullableInHistory =
  | "work_request_id"
  | "run_id"
  | "duration_ms"
  | "cpu_time_ms"
  | "allocation"
  | "worker_name"
  | "cpu_model"
  | "input_size"
  | "origin"
  | "failure"
  | "person_verdict";

type Nulled<Of> = { [Key in keyof Of]-?: Exclude<Of[Key], undefined> | null };

type HistoryTable = Omit<HistoryEntry, "id" | NullableInHistory> &
  Nulled<Pick<HistoryEntry, NullableInHistory>> & {
    id: Generated<number>;
    import_hash: string | null;
    fingerprint: string | null;
  };

type DeliveryTable = Omit<Delivery, "id" | "target"> & {
  id: Generated<number>;
  action: string;
  payload: ReactionPayload;
};

type FindingTable = Omit<Finding, "id"> & { id: Generated<number> };

type EstimateStateTable = {
  state_key: string;
  task_type: string;
  task_name: string;
  /** JSON text: any document. */
  state: string;
  updated_at: Timestamp;
};

/** The tally is written as JSON text, so that any document can be. */
type AccuracyDayTable = TaskDay & { tally: ColumnType<unknown, string, string> };

/** The runs are written as JSON text. */
type TaskCourseTable = TaskContext &
  Omit<CourseFigures, "recent"> & { recent: ColumnType<CourseRun[], string, string> };

type WorkerLineTable = Omit<WorkerLine, "id"> & {
  id: Generated<number>;
  worker_name: WorkerName;
  session: string;
  number: number;
};

type TokenTable = Omit<TokenRecord, "id"> & { id: Generated<number>; secret_hash: string };

type LayerTable = Omit<Layer, "id" | "value"> & {
  id: Generated<number>;
  scope_key: string;
  /** In an object, because a bare value of JSON is not the same to both engines. */
  layer_value: { value: LayerValue };
};

type ArtifactTable = Content & {
  id: Generated<number>;
  is_stored: boolean;
  keep_until: Timestamp | null;
  is_removing: boolean;
};

type ArtifactUseTable = { work_request_id: WorkRequestId; artifact_id: number };

type EventTable = Pick<Event, "at" | "kind" | "data"> &
  Nulled<Pick<Event, "work_request_id" | "run_id" | "worker_name">> & { id: Generated<number> };

export type Tables = {
  submissions: SubmissionTable;
  work_requests: WorkRequestTable;
  work_request_dependencies: DependencyTable;
  runs: RunTable;
  artifacts: ArtifactTable;
  artifact_uses: ArtifactUseTable;
  workers: WorkerRow;
  worker_lines: WorkerLineTable;
  history: HistoryTable;
  task_courses: TaskCourseTable;
  findings: FindingTable;
  deliveries: DeliveryTable;
  estimate_states: EstimateStateTable;
  accuracy_days: AccuracyDayTable;
  tokens: TokenTable;
  layers: LayerTable;
  ignored_advice: Omit<IgnoredAdvice, "id"> & { id: Generated<number> };
  hooks: Hook & { secret: string };
  hook_calls: HookCall & { id: Generated<number>; hook_name: string; call_key: string };
  leadership: { term: number };
  schedules: Schedule;
  firings: Firing & { schedule_name: string };
  events: EventTable;
};

/** The columns of a `WorkRequest`, without its dependencies. */
export const WORK_REQUEST_COLUMNS = [
  "id",
  "name",
  "task_type",
  "task_name",
  "subject",
  "context",
  "status",
  "result",
  "task_data",
  "parameter_summary",
  "input_size",
  "requirements",
  "inputs",
  "allocation",
  "estimate",
  "worker_name",
  "priority_base",
  "priority_adjustment",
  "unblock_strategy",
  "allow_failure",
  "trusted",
  "workflow_id",
  "workflow_group",
  "supersedes",
  "superseded_by",
  "created_at",
  "created_by",
  "pending_at",
  "started_at",
  "completed_at",
  "expire_after",
  "aborted",
  "waiting",
  "output_data",
  "run_count",
  "fail_on",
  "reactions",
  "verdict",
  "avoid_workers",
] as const satisfies readonly (keyof WorkRequest)[];

export const RUN_COLUMNS = [
  "id",
  "work_request_id",
  "attempt",
  "state",
  "worker_name",
  "cpu_model",
  "allocation",
  "estimate",
  "placement",
  "assigned_at",
  "started_at",
  "ended_at",
  "abort_requested_by",
  "outcome",
  "runtime_statistics",
  "measurement",
  "inputs",
  "outputs",
  "log",
  "failure",
] as const satisfies readonly (keyof Run)[];

export const HISTORY_COLUMNS = [
  "id",
  "task_type",
  "task_name",
  "subject",
  "context",
  "work_request_id",
  "run_id",
  "completed_at",
  "result",
  "outcome",
  "runtime_statistics",
  "duration_ms",
  "cpu_time_ms",
  "lower_bounds",
  "allocation",
  "worker_name",
  "cpu_model",
  "input_size",
  "trusted",
  "origin",
  "failure",
  "person_verdict",
] as const satisfies readonly (keyof HistoryEntry)[];

/** Only what judging reads: the other columns are most of an entry. */
export const JUDGED_COLUMNS = [
  "id",
  "result",
  "outcome",
  "work_request_id",
  "run_id",
  "failure",
  "worker_name",
  "person_verdict",
] as const satisfies readonly (keyof HistoryTable)[];

/** Only what courses of tasks are made of. */
export const COURSE_COLUMNS = [
  "id",
  "subject",
  "work_request_id",
  "completed_at",
  "result",
  "outcome",
  "runtime_statistics",
  "duration_ms",
  "cpu_time_ms",
  "lower_bounds",
  "allocation",
  "person_verdict",
] as const satisfies readonly (keyof CourseEntry)[];

export const TOKEN_COLUMNS = [
  "id",
  "name",
  "scope",
  "worker_name",
  "created_at",
  "expires_at",
  "last_used_at",
  "max_share",
  "opened_with",
] as const satisfies readonly (keyof TokenRecord)[];

export const EVENT_COLUMNS = [
  "id",
  "at",
  "kind",
  "work_request_id",
  "run_id",
  "worker_name",
  "data",
] as const satisfies readonly (keyof Event)[];
