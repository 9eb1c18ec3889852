import { epochMs, timestamp, type Timestamp } from "../../domain/clock.ts";
import type { Database, Engine } from "./engine.ts";
import type { NewToken, StoreReader, StoreTransaction, TokenRecord } from "./store.ts";
import { TOKEN_COLUMNS } from "./tables.ts";

type TokenReader = Pick<StoreReader, "tokenByHash" | "tokens" | "people" | "maxShares">;
type TokenWriter = Pick<StoreTransaction, "insertToken" | "deleteToken" | "deleteTokensOfWorker" | "touchToken">;

/** How exactly the last use of a token is kept: a write for each call would be too many. */
const TOUCH_MS = 60_000;

/** More are not read for a list of names. */
const MOST_PEOPLE = 1000;

/** What can be asked about tokens. */
export function tokenReader(db: Database): TokenReader {
  return {
    // Served by the unique index on the hash.
    tokenByHash: (secretHash) =>
      db.selectFrom("tokens").select(TOKEN_COLUMNS).where("secret_hash", "=", secretHash).executeTakeFirst(),
    maxShares: async () => {
      // Served by the partial index `tokens_max_share`: every worker has a token, and none of those has a share.
      const rows = await db
        .selectFrom("tokens")
        .select(["name", (eb) => eb.fn.min("max_share").as("max_share")])
        .where("max_share", "is not", null)
        .groupBy("name")
        .execute();
      return new Map(rows.map(({ name, max_share }) => [name, max_share!])); // only those that have one
    },
    people: async () => {
      // Served by the partial index `tokens_of_people`: every worker has a token, and every browser's session.
      const rows = await db
        .selectFrom("tokens")
        .select("name")
        .distinct()
        .where("worker_name", "is", null)
        .where("opened_with", "is", null)
        .where("scope", "<>", "join")
        .orderBy("name")
        .limit(MOST_PEOPLE)
        .execute();
      return rows.map(({ name }) => name);
    },
    tokens: () => db.selectFrom("tokens").select(TOKEN_COLUMNS).orderBy("id").execute(),
  };
}

/** What a transaction can do to tokens. */
export function tokenWriter(db: Database, engine: Engine, now: () => Promise<Timestamp>): TokenWriter {
  return {
    insertToken: (token) => insertToken(db, engine, token),
    deleteToken: async (id) => {
      const result = await db.deleteFrom("tokens").where("id", "=", id).executeTakeFirst();
      return result.numDeletedRows === 1n;
    },
    deleteTokensOfWorker: async (name) => {
      await db.deleteFrom("tokens").where("worker_name", "=", name).execute();
    },
    touchToken: async (id) => {
      const at = await now();
      await db
        .updateTable("tokens")
        .set({ last_used_at: at })
        .where("id", "=", id)
        .where((eb) =>
          eb.or([eb("last_used_at", "is", null), eb("last_used_at", "<", timestamp(epochMs(at) - TOUCH_MS))]),
        )
        .execute();
    },
  };
}

function insertToken(db: Database, engine: Engine, token: NewToken): Promise<TokenRecord> {
  return db
    .insertInto("tokens")
    .values({ ...token, created_at: engine.now })
    .returning(TOKEN_COLUMNS)
    .executeTakeFirstOrThrow();
}
