import type { WorkRequestId } from "../../../domain/ids.ts";
import { chunksOf } from "../chunks.ts";
import type { Database, Engine } from "../engine.ts";
import type { NewWorkRequest, RequestPlace } from "../store.ts";

/** Who submits, and under which key. */
export type Submission = {
  created_by: string;
  key?: string | undefined;
  max_share?: number | undefined;
  submission_id?: number | null;
  body_hash: string;
};

/** Requests in one statement: 26 parameters each. */
const CHUNK = 500;

/**
 * Inserts requests and what they depend on; gives their ids in the order given. With a key that is there
 * already it fails on `submissions_key`: the caller has looked for it, so another transaction was faster.
 */
export async function insertWorkRequests(
  db: Database,
  engine: Engine,
  requests: readonly NewWorkRequest[],
  submission: Submission,
): Promise<WorkRequestId[]> {
  const submissionId = isKept(submission) ? await insertSubmission(db, engine, submission) : null;
  const ids: WorkRequestId[] = [];
  for (const chunk of chunksOf(requests, CHUNK)) {
    const rows = await db
      .insertInto("work_requests")
      .values(chunk.map((request) => rowOf(request, engine, submission, submissionId)))
      .returning("id")
      .execute();
    // Numbers are given in the order of the list; the order in which they come back is not promised.
    ids.push(...rows.map(({ id }) => id).sort((a, b) => a - b));
  }
  await insertReferences(db, requests, ids);
  return ids;
}

async function insertSubmission(db: Database, engine: Engine, submission: Submission): Promise<number> {
  const { key = null, created_by, body_hash } = submission;
  const row = await db
    .insertInto("submissions")
    .values({ submission_key: key, created_by, body_hash, created_at: engine.now })
    .returning("id")
    .executeTakeFirstOrThrow();
  return row.id;
}

/** True: a row is made of the submission itself. */
export function isKept({ key, max_share, submission_id }: Submission): boolean {
  return submission_id === undefined && (key !== undefined || max_share !== undefined);
}

function rowOf(request: NewWorkRequest, engine: Engine, submission: Submission, submission_id: number | null) {
  const { now } = engine; // one moment for both
  const pending_at = request.status === "pending" ? now : null;
  const times = { created_at: now, pending_at, first_pending_at: pending_at };
  return { ...givenColumns(request, submission, submission_id), ...times };
}

/** The columns of a new request that are not times. */
export function givenColumns(request: NewWorkRequest, submission: Submission, made: number | null) {
  const submission_id = submission.submission_id ?? made;
  const { depends_on: _, inputs: __, ...columns } = request;
  const { created_by, max_share = null } = submission;
  const { remaining_path = 0, fail_on = null, reactions = {}, workflow_id = null, workflow_group = null } = request;
  const { duration_p50 = null, duration_p95 = null } = request;
  const planned = { workflow_id, workflow_group, duration_p50, duration_p95 };
  return { ...columns, ...planned, submission_id, created_by, max_share, remaining_path, fail_on, reactions };
}

/** What requests depend on and take over, now that all of them have numbers. */
export async function insertReferences(
  db: Database,
  requests: readonly NewWorkRequest[],
  ids: readonly WorkRequestId[],
): Promise<void> {
  await insertDependencies(db, requests, ids);
  for (const [index, { inputs = [] }] of requests.entries()) {
    if (inputs.length === 0) continue;
    const named = inputs.map((input) => ({ ...input, from: idAt(input.from, ids) }));
    await db.updateTable("work_requests").set({ inputs: named }).where("id", "=", ids[index]!).execute(); // one id for each
  }
}

function idAt(place: RequestPlace, ids: readonly WorkRequestId[]): WorkRequestId {
  return "id" in place ? place.id : ids[place.index]!; // a position among them
}

/**
 * On PostgreSQL the check of the foreign key waits for a transaction that has locked the request depended on, and
 * makes later ones wait: so nobody ends it between our look at its status and our commit, without seeing its new
 * dependents.
 */
async function insertDependencies(
  db: Database,
  requests: readonly NewWorkRequest[],
  ids: readonly WorkRequestId[],
): Promise<void> {
  const rows = requests.flatMap(({ depends_on }, index) => {
    const work_request_id = ids[index]!; // one id for each request
    const all = depends_on.map((target) => idAt(target, ids));
    return [...new Set(all)].map((target) => ({ work_request_id, depends_on: target }));
  });
  for (const chunk of chunksOf(rows, 5000)) await db.insertInto("work_request_dependencies").values(chunk).execute();
}
