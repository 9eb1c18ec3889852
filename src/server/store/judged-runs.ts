import { sql } from "kysely";
import type { Timestamp } from "../../domain/clock.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import type { HistoryKey } from "../../domain/task.ts";
import type { VerdictKind } from "../../domain/verdict.ts";
import type { Database, Engine } from "./engine.ts";
import { historyEntryOf } from "./history-records.ts";
import type {
  AlikeRun,
  JudgedKey,
  JudgedRun,
  MeasuredEntry,
  RecentRun,
  StoreReader,
  StoreTransaction,
} from "./store.ts";
import { keepTaskCourses } from "./task-courses.ts";
import { JUDGED_COLUMNS } from "./tables.ts";

type JudgedReader = Pick<StoreReader, "judgedRuns" | "measuredRuns" | "failuresAlike" | "recentRunsOn">;
type JudgedWriter = Pick<StoreTransaction, "setPersonVerdict">;

/** What judging asks of history. */
export function judgedReader(db: Database): JudgedReader {
  return {
    judgedRuns: (key, limit) => judgedRuns(db, key, limit),
    measuredRuns: (key, since, limit) => measuredRuns(db, key, since, limit),
    failuresAlike: (fingerprint, limit) => failuresAlike(db, fingerprint, limit),
    recentRunsOn: (worker, limit) => recentRunsOn(db, worker, limit),
  };
}

/** What people's judgements leave in history. */
export function judgedWriter(db: Database, engine: Engine): JudgedWriter {
  return { setPersonVerdict: (id, kind) => setPersonVerdict(db, engine, id, kind) };
}

/** Served by `history_by_key`, or the index of the level. */
async function judgedRuns(db: Database, key: JudgedKey, limit: number): Promise<JudgedRun[]> {
  let query = db
    .selectFrom("history")
    .select(JUDGED_COLUMNS)
    .where("task_type", "=", key.task_type)
    .where("task_name", "=", key.task_name)
    .where("trusted", "=", sql<boolean>`true`);
  if (key.subject !== undefined) query = query.where("subject", "=", key.subject);
  if (key.context !== undefined) query = query.where("context", "=", key.context);
  const rows = await query.orderBy("completed_at", "desc").orderBy("id", "desc").limit(limit).execute();
  return rows.toReversed().map((row) => historyEntryOf(row));
}

/** Only what drift is looked for in. Served by `history_last_success`. */
async function measuredRuns(
  db: Database,
  key: HistoryKey,
  since: Timestamp | undefined,
  limit: number,
): Promise<MeasuredEntry[]> {
  let query = db
    .selectFrom("history")
    .select(["run_id", "completed_at", "runtime_statistics", "duration_ms", "lower_bounds", "cpu_model", "input_size"])
    .where("task_type", "=", key.task_type)
    .where("task_name", "=", key.task_name)
    .where("subject", "=", key.subject)
    .where("context", "=", key.context)
    .where("result", "=", sql<"success">`'success'`)
    .where("trusted", "=", sql<boolean>`true`);
  if (since !== undefined) query = query.where("completed_at", ">=", since);
  const rows = await query.orderBy("completed_at", "desc").orderBy("id", "desc").limit(limit).execute();
  return rows.toReversed().map((row) => historyEntryOf(row));
}

/** Served by `history_by_fingerprint`. */
async function failuresAlike(db: Database, fingerprint: string, limit: number): Promise<AlikeRun[]> {
  const rows = await db
    .selectFrom("history")
    .select(["task_name", "subject", "completed_at", "run_id"])
    .where("fingerprint", "=", fingerprint)
    .orderBy("completed_at", "desc")
    .limit(limit)
    .execute();
  return rows.map((row) => historyEntryOf(row));
}

/** Served by `runs_by_worker` and the unique index of runs on request and attempt. */
async function recentRunsOn(
  db: Database,
  { worker_name, resumed_at }: Parameters<StoreReader["recentRunsOn"]>[0],
  limit: number,
): Promise<RecentRun[]> {
  const query = db
    .selectFrom("runs")
    .select(["id as run_id", "work_request_id", "outcome"])
    .select((eb) =>
      eb
        .exists(
          eb
            .selectFrom("runs as other")
            .select("other.id")
            .whereRef("other.work_request_id", "=", "runs.work_request_id")
            .whereRef("other.attempt", ">", "runs.attempt")
            .whereRef("other.worker_name", "<>", "runs.worker_name")
            .where(sql<boolean>`other.outcome ->> 'kind' = 'exited' and cast(other.outcome ->> 'code' as text) = '0'`),
        )
        .as("passed_elsewhere"),
    )
    .where("worker_name", "=", worker_name)
    .where(sql<boolean>`outcome ->> 'kind' in ('exited', 'signalled', 'outputs_missing', 'start_failed')`)
    .orderBy("work_request_id", "desc")
    .orderBy("attempt", "desc")
    .limit(limit);
  const since = resumed_at === null ? query : query.where("assigned_at", ">", resumed_at);
  const rows = await since.execute();
  return rows.map(({ run_id, work_request_id, outcome, passed_elsewhere }) => ({
    run_id,
    work_request_id,
    hasPassed: outcome?.kind === "exited" && outcome.code === 0,
    hasPassedElsewhere: Boolean(passed_elsewhere),
  }));
}

/** Served by `history_by_request`. */
async function setPersonVerdict(db: Database, engine: Engine, id: WorkRequestId, kind: VerdictKind): Promise<void> {
  const judged = await db
    .updateTable("history")
    .set({ person_verdict: kind })
    .where("work_request_id", "=", id)
    .returning(["task_type", "task_name", "context", "completed_at"])
    .execute();
  await keepTaskCourses(db, engine, judged);
}
