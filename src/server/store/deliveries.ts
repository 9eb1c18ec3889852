import { createHash } from "node:crypto";
import { parseAction, targetOf } from "../../contract/reactions.ts";
import type { Timestamp } from "../../domain/clock.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import type { Delivery } from "../../domain/reaction.ts";
import { chunksOf } from "./chunks.ts";
import { newestFirst } from "./newest-first.ts";
import type { Database, Engine } from "./engine.ts";
import type {
  DeliveryFilter,
  DeliveryPatch,
  DeliveryReader,
  DeliveryWriter,
  DueDelivery,
  NewDelivery,
} from "./delivery-store.ts";
import type { Page, PageQuery } from "./store.ts";

/** Bounds what one call of `trimDeliveries` deletes. */
const TRIM_LIMIT = 5_000;

/** Enough to tell the addresses of a host apart, too little to try out what an address may be. */
const MARK_DIGITS = 4;

const COLUMNS = [
  "id",
  "reaction",
  "action",
  "work_request_id",
  "finding_id",
  "state",
  "attempts",
  "next_attempt_at",
  "error",
  "created_at",
  "ended_at",
] as const;

/** What can be asked about deliveries. */
export function deliveryReader(db: Database): DeliveryReader {
  return {
    deliveries: (filter, page) => deliveries(db, filter, page),
    delivery: async (id) => {
      const row = await db.selectFrom("deliveries").select(COLUMNS).where("id", "=", id).executeTakeFirst();
      return row === undefined ? undefined : deliveryOf(row);
    },
    dueDeliveries: (now, limit) => dueDeliveries(db, now, limit),
    nextDelivery: async () => {
      const row = await db
        .selectFrom("deliveries")
        .select("next_attempt_at")
        .where("next_attempt_at", "is not", null)
        .orderBy("next_attempt_at")
        .limit(1)
        .executeTakeFirst();
      return row?.next_attempt_at ?? undefined;
    },
  };
}

/** What a transaction can do to deliveries. */
export function deliveryWriter(db: Database, engine: Engine): DeliveryWriter {
  return {
    insertDeliveries: (news) => insertDeliveries(db, engine, news),
    updateDelivery: async (id, patch: DeliveryPatch) => {
      await db.updateTable("deliveries").set(patch).where("id", "=", id).execute();
    },
    trimDeliveries: async (before) => {
      const doomed = db.selectFrom("deliveries").select("id").where("ended_at", "<", before).limit(TRIM_LIMIT);
      await db.deleteFrom("deliveries").where("id", "in", doomed).execute();
    },
  };
}

/** Served by `deliveries_by_request`, `deliveries_by_state` or the primary key. */
async function deliveries(db: Database, filter: DeliveryFilter, page: PageQuery): Promise<Page<Delivery>> {
  let query = db.selectFrom("deliveries").select(COLUMNS);
  const { state, work_request_id } = filter;
  if (state !== undefined) query = query.where("state", "=", state);
  if (work_request_id !== undefined) query = query.where("work_request_id", "=", work_request_id as WorkRequestId); // a number is looked for, whatever it is
  const { items, next_cursor } = await newestFirst(query, page);
  return { items: items.map(deliveryOf), next_cursor };
}

/** Served by `deliveries_due`. */
async function dueDeliveries(db: Database, now: Timestamp, limit: number): Promise<DueDelivery[]> {
  const rows = await db
    .selectFrom("deliveries")
    .select([...COLUMNS, "payload"])
    .where("next_attempt_at", "<=", now)
    .orderBy("next_attempt_at")
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...row, target: targetOf(row.action) }));
}

async function insertDeliveries(db: Database, engine: Engine, news: readonly NewDelivery[]): Promise<void> {
  for (const chunk of chunksOf(news, 500)) {
    const rows = chunk.map((delivery) => ({
      ...delivery,
      state: "waiting" as const,
      attempts: 0,
      next_attempt_at: engine.now,
      error: null,
      created_at: engine.now,
      ended_at: null,
    }));
    await db.insertInto("deliveries").values(rows).execute();
  }
}

function deliveryOf<Row extends { action: string }>({ action, ...row }: Row): Omit<Row, "action"> & { target: string } {
  return { ...row, target: markedTarget(action) };
}

/** As `targetOf`, and of a webhook a mark of its whole address, by which two of one host are told apart and none is known. */
function markedTarget(action: string): string {
  const parsed = parseAction(action);
  if (parsed?.kind !== "webhook") return targetOf(action);
  const mark = createHash("sha256").update(action).digest("hex").slice(0, MARK_DIGITS);
  return `${targetOf(action)} (${mark})`;
}
