import type { IgnoredAdvice } from "../../domain/advice.ts";
import type { AdviceReader, AdviceWriter } from "./advice-store.ts";
import type { Database, Engine } from "./engine.ts";

const COLUMNS = [
  "id",
  "task_type",
  "task_name",
  "subject",
  "context",
  "resource",
  "asked",
  "enough",
  "ignored_by",
  "ignored_at",
] as const satisfies readonly (keyof IgnoredAdvice)[];

/** What can be asked about ignored advice. There is little: all is read at once. */
export function ignoredAdviceReader(db: Database): AdviceReader {
  return {
    ignoredAdvice: () => db.selectFrom("ignored_advice").select(COLUMNS).orderBy("id", "desc").execute(),
  };
}

/** What a transaction can do to it. */
export function ignoredAdviceWriter(db: Database, engine: Engine): AdviceWriter {
  return {
    // One of each: the unique index `ignored_advice_by_key`.
    putIgnoredAdvice: ({ asked, enough, ignored_by, ...key }) => {
      const changing = { asked, enough, ignored_by, ignored_at: engine.now };
      return db
        .insertInto("ignored_advice")
        .values({ ...key, ...changing })
        .onConflict((conflict) =>
          conflict.columns(["task_type", "task_name", "subject", "context", "resource"]).doUpdateSet(changing),
        )
        .returning(COLUMNS)
        .executeTakeFirstOrThrow();
    },
    deleteIgnoredAdvice: (id) =>
      db.deleteFrom("ignored_advice").where("id", "=", id).returning(COLUMNS).executeTakeFirst(),
  };
}
