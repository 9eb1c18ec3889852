import { sql } from "kysely";
import type { Content } from "../../domain/artifact.ts";
import type { Timestamp } from "../../domain/clock.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import type { RunOutput } from "../../domain/run.ts";
import { chunksOf } from "./chunks.ts";
import type { Database, Engine } from "./engine.ts";
import type { ArtifactReader, ArtifactWriter } from "./artifact-store.ts";

/*
 * A row is there before its content is, and goes after it, so that nothing is ever kept of which no row tells. While a
 * content is used, `keep_until` is null; whoever begins or ends a use changes the row, so that on PostgreSQL the two
 * wait for each other.
 */

/** How many parameters of one statement. */
const CHUNK = 1000;

/** What can be asked about artifacts. */
export function artifactReader(db: Database): ArtifactReader {
  return {
    // Served by the unique index `artifacts_by_sha256`.
    artifact: (sha256) =>
      db
        .selectFrom("artifacts")
        .select(["id", "sha256", "size"])
        .where("sha256", "=", sha256)
        .where(sql<boolean>`not is_removing`)
        .where("is_stored", "=", true)
        .executeTakeFirst(),
    newestOutputs: (ids) => newestOutputs(db, ids),
  };
}

/** What a transaction can do to artifacts. */
export function artifactWriter(db: Database, engine: Engine): ArtifactWriter {
  return {
    claimArtifact: (content, keepUntil) => claim(db, content, keepUntil),
    markArtifactStored: async (id) => {
      const result = await db
        .updateTable("artifacts")
        .set({ is_stored: true })
        .where("id", "=", id)
        .where(sql<boolean>`not is_removing`)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    useArtifacts: (id, contents) => use(db, id, contents),
    takeUnusedArtifacts: (now, limit) => takeUnused(db, engine, now, limit),
    forgetArtifact: async (id) => {
      await db.deleteFrom("artifacts").where("id", "=", id).execute();
    },
  };
}

/** Served by the primary key, and by the unique index of runs on request and attempt. */
async function newestOutputs(db: Database, ids: readonly WorkRequestId[]): ReturnType<ArtifactReader["newestOutputs"]> {
  const found = new Map<WorkRequestId, RunOutput[]>();
  for (const chunk of chunksOf(ids, CHUNK)) {
    const rows = await db
      .selectFrom("work_requests as request")
      .leftJoin("runs", (join) =>
        join.onRef("runs.work_request_id", "=", "request.id").onRef("runs.attempt", "=", "request.run_count"),
      )
      .select(["request.id", "runs.outputs"])
      .where("request.id", "in", chunk)
      .execute();
    for (const { id, outputs } of rows) found.set(id, outputs ?? []);
  }
  return found;
}

async function claim(
  db: Database,
  content: Content,
  keep_until: Timestamp,
): ReturnType<ArtifactWriter["claimArtifact"]> {
  return db
    .insertInto("artifacts")
    .values({ ...content, keep_until, is_stored: false, is_removing: false })
    .onConflict((conflict) =>
      conflict
        .columns(["sha256"])
        .where(sql<boolean>`not is_removing`)
        // one that is used stays as it is; else it is kept the longer
        .doUpdateSet((eb) => ({
          keep_until: eb
            .case()
            .when("artifacts.keep_until", "<", eb.ref("excluded.keep_until"))
            .then(eb.ref("excluded.keep_until"))
            .else(eb.ref("artifacts.keep_until"))
            .end(),
        })),
    )
    .returning(["id", "is_stored"])
    .executeTakeFirstOrThrow();
}

/** In the order of contents, so that locks are always taken in one order. */
async function use(db: Database, work_request_id: WorkRequestId, contents: readonly Content[]): Promise<boolean> {
  const wanted = [...new Set(contents.map(({ sha256 }) => sha256))].sort();
  for (const chunk of chunksOf(wanted, CHUNK)) {
    const rows = await db
      .updateTable("artifacts")
      .set({ keep_until: null })
      .where("sha256", "in", chunk)
      .where(sql<boolean>`not is_removing`)
      .where("is_stored", "=", true)
      .returning("id")
      .execute();
    if (rows.length < chunk.length) return false;
    const uses = rows.map(({ id }) => ({ work_request_id, artifact_id: id }));
    await db
      .insertInto("artifact_uses")
      .values(uses)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  return true;
}

/**
 * Served by the partial index `artifacts_expiry`. The rows are locked first and asked for their uses afterwards, in a
 * statement of its own: on PostgreSQL one statement would not see a use that was begun while it waited for the lock.
 */
async function takeUnused(
  db: Database,
  engine: Engine,
  now: Timestamp,
  limit: number,
): ReturnType<ArtifactWriter["takeUnusedArtifacts"]> {
  const due = db
    .selectFrom("artifacts")
    .select("id")
    .where("keep_until", "is not", null)
    .where("keep_until", "<=", now)
    .orderBy("keep_until")
    .limit(limit);
  const ids = (await engine.forUpdate(due).execute()).map(({ id }) => id);
  if (ids.length === 0) return [];
  const used = db.selectFrom("artifact_uses").select("artifact_id").where("artifact_id", "in", ids);
  // a use that was begun while another one ended
  await db.updateTable("artifacts").set({ keep_until: null }).where("id", "in", ids).where("id", "in", used).execute();
  return db
    .updateTable("artifacts")
    .set({ is_removing: true })
    .where("id", "in", ids)
    .where("id", "not in", used)
    .returning(["id", "sha256", "size"])
    .execute();
}

/** Ends the uses of requests that are about to be deleted; what nothing else uses is due at once. */
export async function endUses(db: Database, ids: readonly WorkRequestId[], now: Timestamp): Promise<void> {
  const ended = await db
    .deleteFrom("artifact_uses")
    .where("work_request_id", "in", ids)
    .returning("artifact_id")
    .execute();
  const artifacts = [...new Set(ended.map(({ artifact_id }) => artifact_id))].sort((a, b) => a - b);
  for (const chunk of chunksOf(artifacts, CHUNK)) {
    await db
      .updateTable("artifacts")
      .set({ keep_until: now })
      .where("id", "in", chunk)
      .where("id", "not in", db.selectFrom("artifact_uses").select("artifact_id").where("artifact_id", "in", chunk))
      .execute();
  }
}
