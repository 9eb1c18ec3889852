import type { WorkRequestId } from "../../domain/ids.ts";
import { STATUSES, type Status, type WorkRequest } from "../../domain/work-request.ts";
import { chunksOf } from "./chunks.ts";
import type { Database, Engine } from "./engine.ts";
import { IS_PENDING } from "./statements/is-pending.ts";
import { pendingRequests } from "./statements/pending.ts";
import { pendingAfter, planRows } from "./statements/plan-rows.ts";
import { listedRequests } from "./statements/listed-requests.ts";
import { requestGraph } from "./statements/request-graph.ts";
import { failuresSince, waitingFor, waitsLongest } from "./statements/standing.ts";
import type { StoreReader } from "./store.ts";
import { WORK_REQUEST_COLUMNS } from "./tables.ts";

type WorkRequestReader = Pick<
  StoreReader,
  | "workRequest"
  | "workRequests"
  | "existingWorkRequestIds"
  | "countByStatus"
  | "submission"
  | "dependentsOf"
  | "requestGraph"
  | "dependencyStates"
  | "pending"
  | "planRows"
  | "pendingAfter"
  | "unprepared"
  | "nextNotBefore"
  | "failuresSince"
  | "waitingFor"
  | "waitsLongest"
>;

/** What can be asked about work requests. */
export function workRequestReader(db: Database, engine: Engine): WorkRequestReader {
  return {
    workRequest: (id) => selectWorkRequests(db, engine).where("id", "=", id).executeTakeFirst(),
    workRequests: (filter, page) => listedRequests(selectWorkRequests(db, engine), db, filter, page),
    existingWorkRequestIds: (ids) => existingIds(db, ids),
    countByStatus: () => countByStatus(db),
    submission: (key) => submission(db, key),
    dependentsOf: (id) => dependentsOf(db, engine, id),
    requestGraph: (id, limit) => requestGraph(db, id, limit),
    dependencyStates: (id) => dependencyStates(db, id),
    pending: (now, limit) => pendingRequests(db, now, limit),
    planRows: (ids) => planRows(db, ids),
    pendingAfter: (id, limit) => pendingAfter(db, id, limit),
    failuresSince: (since) => failuresSince(db, since),
    waitingFor: (status, limit) => waitingFor(db, status, limit),
    waitsLongest: (status) => waitsLongest(db, status),
    // Served by the partial index `work_requests_unprepared`.
    unprepared: (limit) =>
      selectWorkRequests(db, engine)
        .where(IS_PENDING)
        .where("allocation", "is", null)
        .where((eb) => eb.or([eb("not_before", "is", null), eb("not_before", "<=", engine.now)]))
        .orderBy("id")
        .limit(limit)
        .execute(),
    nextNotBefore: async (now) => {
      // Served by the partial index `work_requests_not_before`.
      const row = await db
        .selectFrom("work_requests")
        .select("not_before")
        .where(IS_PENDING)
        .where("not_before", "is not", null)
        .where("not_before", ">", now)
        .orderBy("not_before")
        .limit(1)
        .executeTakeFirst();
      return row?.not_before ?? undefined;
    },
  };
}

/** Whole records, dependencies included, in one statement, so that they are of one moment. */
export function selectWorkRequests(db: Database, engine: Engine) {
  return db.selectFrom("work_requests").select([...WORK_REQUEST_COLUMNS, engine.dependencies.as("dependencies")]);
}

async function existingIds(db: Database, ids: readonly WorkRequestId[]): Promise<Set<WorkRequestId>> {
  const found = new Set<WorkRequestId>();
  for (const chunk of chunksOf(ids, 1000)) {
    const rows = await db.selectFrom("work_requests").select("id").where("id", "in", chunk).execute();
    for (const { id } of rows) found.add(id);
  }
  return found;
}

/** Most are completed: SQLite counts all much sooner than those of one status, so these are what the others leave over. */
const COUNTED = STATUSES.filter((status) => status !== "completed");

/** Served by `work_requests_by_status` alone: no row is read. In one statement, so that the sums are of one moment. */
async function countByStatus(db: Database): Promise<Record<Status, number>> {
  const counted = await db
    .selectNoFrom((eb) => {
      const all = eb.selectFrom("work_requests").select(eb.fn.countAll<number>().as("count"));
      return [all.as("all"), ...COUNTED.map((status) => all.where("status", "=", status).as(status))];
    })
    .executeTakeFirstOrThrow();
  const { all, ...counts } = counted as Record<(typeof COUNTED)[number] | "all", number>; // as named
  const others = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return { ...counts, completed: all - others };
}

async function submission(db: Database, key: string): ReturnType<StoreReader["submission"]> {
  const found = await db
    .selectFrom("submissions")
    .select(["id", "body_hash"])
    .where("submission_key", "=", key)
    .orderBy("id", "desc")
    .executeTakeFirst();
  if (found === undefined) return undefined;
  const rows = await db
    .selectFrom("work_requests")
    .select("id")
    .where("submission_id", "=", found.id)
    .where("workflow_id", "is", null)
    .orderBy("id")
    .execute();
  return { body_hash: found.body_hash, ids: rows.map(({ id }) => id) };
}

/** Served by `work_request_dependents`; in the order of ids, so that locks are always taken in one order. */
function dependentsOf(db: Database, engine: Engine, id: WorkRequestId): Promise<WorkRequest[]> {
  const dependents = db.selectFrom("work_request_dependencies").select("work_request_id").where("depends_on", "=", id);
  return selectWorkRequests(db, engine).where("id", "in", dependents).orderBy("id").execute();
}

function dependencyStates(db: Database, id: WorkRequestId): ReturnType<StoreReader["dependencyStates"]> {
  const dependencies = db
    .selectFrom("work_request_dependencies")
    .select("depends_on")
    .where("work_request_id", "=", id);
  return db
    .selectFrom("work_requests")
    .select(["id", "status", "result", "allow_failure", "verdict"])
    .where("id", "in", dependencies)
    .orderBy("id")
    .execute();
}
