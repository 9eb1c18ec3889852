import { sql } from "kysely";
import type { WorkRequestId } from "../../domain/ids.ts";
import { newestFirst } from "./newest-first.ts";
import type { Database, Engine } from "./engine.ts";
import type { PageQuery, StoreReader } from "./store.ts";
import { selectWorkRequests } from "./work-requests.ts";

type WorkflowReader = Pick<
  StoreReader,
  "workflows" | "members" | "supersededMembers" | "openMembers" | "goingWorkflows" | "runningServerTasks"
>;

/** As the partial index `work_requests_open_members` has it, word for word. */
const IS_OPEN = sql<boolean>`not (status in ('completed', 'aborted'))`;

/** What can be asked about workflows. */
export function workflowReader(db: Database, engine: Engine): WorkflowReader {
  return {
    workflows: (page) => workflows(db, engine, page),
    // Served by `work_requests_by_workflow`.
    members: (id) =>
      db
        .selectFrom("work_requests")
        .select(["id", "name", "workflow_group", "task_type", "task_name", "subject", "context", "status", "result"])
        .select(["verdict", "aborted", "allow_failure", "worker_name", "pending_at", "started_at", "completed_at"])
        .select([
          "duration_p50",
          "duration_p95",
          "remaining_path",
          "output_data",
          engine.dependencies.as("dependencies"),
        ])
        .where("workflow_id", "=", id)
        .where("superseded_by", "is", null)
        .orderBy("id")
        .execute(),
    supersededMembers: async (id) => {
      const rows = await db
        .selectFrom("work_requests")
        .select(["id", (eb) => eb.ref("superseded_by").$notNull().as("superseded_by")])
        .where("workflow_id", "=", id)
        .where("superseded_by", "is not", null)
        .execute();
      return new Map(rows.map((row) => [row.id, row.superseded_by]));
    },
    // Served by `work_requests_open_members`.
    openMembers: (id, limit) =>
      selectWorkRequests(db, engine).where("workflow_id", "=", id).where(IS_OPEN).orderBy("id").limit(limit).execute(),
    // Served by `work_requests_running`.
    runningServerTasks: async () => {
      const { rows } = await sql<{ id: WorkRequestId }>`
        select id from work_requests where task_type = 'server' and not (status <> 'running') order by id`.execute(db);
      return rows.map(({ id }) => id);
    },
    goingWorkflows: () => goingWorkflows(db),
  };
}

/** Newest first. Served by `work_requests_workflows`. */
function workflows(db: Database, engine: Engine, page: PageQuery): ReturnType<StoreReader["workflows"]> {
  return newestFirst(selectWorkRequests(db, engine).where(sql<boolean>`task_type = 'workflow'`), page);
}

/** Served by `work_requests_running`, and for each of the few by one look into `work_requests_open_members`. */
async function goingWorkflows(db: Database): ReturnType<StoreReader["goingWorkflows"]> {
  const { rows } = await sql<{ id: WorkRequestId; is_aborting: number | boolean; is_open: number | boolean }>`
    select id, aborted is not null as is_aborting, exists (
      select 1 from work_requests as member
      where member.workflow_id = work_requests.id
        and not (member.status in ('completed', 'aborted')) and member.workflow_id is not null
    ) as is_open
    from work_requests
    where task_type = 'workflow' and not (status <> 'running')
    order by id`.execute(db);
  // SQLite has no booleans
  return rows.map(({ id, is_aborting, is_open }) => ({
    id,
    isAborting: Boolean(is_aborting),
    isOpen: Boolean(is_open),
  }));
}
