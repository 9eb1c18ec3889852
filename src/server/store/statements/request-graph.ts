import { sql } from "kysely";
import type { WorkRequestId } from "../../../domain/ids.ts";
import type { Database } from "../engine.ts";
import type { RequestGraph } from "../store.ts";

/**
 * A request with what it runs after, and what runs after it, over all steps; at most so many of each, the nearest first. The
 * closures are read step by step along the primary key and `work_request_dependents`, and end with the limit.
 */
export async function requestGraph(db: Database, id: WorkRequestId, limit: number): Promise<RequestGraph> {
  // one more than wanted tells whether there are more
  const before = await closure(db, id, "before", limit + 1);
  const after = await closure(db, id, "after", limit + 1);
  const ids = [...new Set([...before.slice(0, limit), id, ...after.slice(0, limit)])];
  const nodes = await db
    .selectFrom("work_requests")
    .select(["id", "name", "task_name", "subject", "context", "status", "result"])
    .where("id", "in", ids)
    .orderBy("id")
    .execute();
  const edges = await db
    .selectFrom("work_request_dependencies")
    .select(["work_request_id", "depends_on"])
    .where("work_request_id", "in", ids)
    .where("depends_on", "in", ids)
    .orderBy("work_request_id")
    .orderBy("depends_on")
    .execute();
  return { nodes, edges, isCut: before.length > limit || after.length > limit };
}

async function closure(
  db: Database,
  id: WorkRequestId,
  side: "before" | "after",
  limit: number,
): Promise<WorkRequestId[]> {
  const [own, other] = side === "before" ? ["work_request_id", "depends_on"] : ["depends_on", "work_request_id"];
  // outside of the recursion, so that both engines stop with it
  const { rows } = await sql<{ id: WorkRequestId }>`
    with recursive reached(id) as (
      select ${sql.ref(`d.${other}`)} from work_request_dependencies as d where ${sql.ref(`d.${own}`)} = ${id}
      union
      select ${sql.ref(`d.${other}`)} from reached join work_request_dependencies as d on ${sql.ref(`d.${own}`)} = reached.id
    )
    select id from reached limit ${limit}`.execute(db);
  return rows.map((row) => row.id);
}
