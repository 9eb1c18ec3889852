import type { Finding } from "../../domain/finding.ts";
import { newestFirst } from "./newest-first.ts";
import type { Database } from "./engine.ts";
import type { FindingFilter, Page, PageQuery, StoreReader, StoreTransaction } from "./store.ts";

type FindingReader = Pick<StoreReader, "findings" | "finding">;
type FindingWriter = Pick<StoreTransaction, "insertFinding" | "updateFinding">;

/** What can be asked about findings. */
export function findingReader(db: Database): FindingReader {
  return {
    findings: (filter, page) => findings(db, filter, page),
    finding: (id) => db.selectFrom("findings").selectAll().where("id", "=", id).executeTakeFirst(),
  };
}

/** What a transaction can do to findings. */
export function findingWriter(db: Database): FindingWriter {
  return {
    // one transaction that inserts the like waits for the other, on the unique index `findings_open`
    insertFinding: async (finding) => {
      const row = await db
        .insertInto("findings")
        .values(finding)
        .onConflict((conflict) => conflict.doNothing())
        .returning("id")
        .executeTakeFirst();
      return row?.id;
    },
    updateFinding: async (id, patch) => {
      await db.updateTable("findings").set(patch).where("id", "=", id).execute();
    },
  };
}

/** Newest first. Served by `findings_by_key`, `…_by_fingerprint`, `…_by_owner`, `…_by_state`, `…_by_kind` or the primary key. */
function findings(db: Database, filter: FindingFilter, page: PageQuery): Promise<Page<Finding>> {
  const { state, has_owner, ...equal } = filter;
  let query = db.selectFrom("findings").selectAll();
  // Every other field of the filter is a column of that name.
  for (const [column, value] of Object.entries(equal) as [keyof typeof equal, string][]) {
    if (value !== undefined) query = query.where(column, "=", value);
  }
  if (state === "open") query = query.where("state", "in", ["new", "confirmed", "known"]);
  else if (state !== undefined) query = query.where("state", "=", state);
  const { kind, task_name, subject, context } = filter;
  const isOfKey = [task_name, subject, context].some((part) => part !== undefined);
  if (isOfKey && kind === undefined) query = query.where("kind", "<>", "farm");
  if (has_owner !== undefined) query = query.where("owner", has_owner === "yes" ? "is not" : "is", null);
  return newestFirst(query, page);
}
