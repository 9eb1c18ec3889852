import type { Hook, HookCall } from "../../domain/hook.ts";
import type { Database, Engine } from "./engine.ts";
import type { AutomationReader, AutomationWriter } from "./automation-store.ts";

type Reader = Pick<AutomationReader, "hooks" | "hook" | "hookSecret" | "hookCalls" | "hookCall">;
type Writer = Pick<AutomationWriter, "putHook" | "deleteHook" | "insertHookCall" | "trimHookCalls">;

const COLUMNS = [
  "name",
  "submission",
  "only_if",
  "created_by",
  "created_at",
  "last_call",
] as const satisfies readonly (keyof Hook)[];
const CALL_COLUMNS = [
  "received_at",
  "kind",
  "work_request_ids",
  "errors",
] as const satisfies readonly (keyof HookCall)[];

/** What can be asked about hooks. There are few: all are read at once. */
export function hookReader(db: Database): Reader {
  return {
    hooks: () => db.selectFrom("hooks").select(COLUMNS).orderBy("name").execute(),
    hook: (name) => db.selectFrom("hooks").select(COLUMNS).where("name", "=", name).executeTakeFirst(),
    hookSecret: async (name) =>
      (await db.selectFrom("hooks").select("secret").where("name", "=", name).executeTakeFirst())?.secret,
    // Served by the index `hook_calls_by_time`.
    hookCalls: (name, limit) =>
      db
        .selectFrom("hook_calls")
        .select(CALL_COLUMNS)
        .where("hook_name", "=", name)
        .orderBy("id", "desc")
        .limit(limit)
        .execute(),
    // Served by the unique index on name and key.
    hookCall: (name, key) =>
      db
        .selectFrom("hook_calls")
        .select(CALL_COLUMNS)
        .where("hook_name", "=", name)
        .where("call_key", "=", key)
        .executeTakeFirst(),
  };
}

/** What a transaction can do to hooks. */
export function hookWriter(db: Database, engine: Engine): Writer {
  return {
    putHook: ({ name, secret, ...changing }) =>
      db
        .insertInto("hooks")
        .values({ ...changing, name, secret, created_at: engine.now, last_call: null })
        .onConflict((conflict) => conflict.column("name").doUpdateSet({ ...changing, secret }))
        .returning(COLUMNS)
        .executeTakeFirstOrThrow(),
    deleteHook: async (name) => {
      const result = await db.deleteFrom("hooks").where("name", "=", name).executeTakeFirst();
      return result.numDeletedRows === 1n;
    },
    insertHookCall: async (hook_name, call_key, call) => {
      const result = await db
        .insertInto("hook_calls")
        .values({ ...call, hook_name, call_key })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if (result.numInsertedOrUpdatedRows !== 1n) return false;
      await db.updateTable("hooks").set({ last_call: call }).where("name", "=", hook_name).execute();
      return true;
    },
    trimHookCalls: (name, keep) => trim(db, name, keep),
  };
}

/** Deletes all but the newest so many. */
async function trim(db: Database, name: string, keep: number): Promise<void> {
  const oldest = await db
    .selectFrom("hook_calls")
    .select("id")
    .where("hook_name", "=", name)
    .orderBy("id", "desc")
    .offset(keep)
    .limit(1)
    .executeTakeFirst();
  if (oldest === undefined) return;
  await db.deleteFrom("hook_calls").where("hook_name", "=", name).where("id", "<=", oldest.id).execute();
}
