import { Client } from "pg";
import { postgresError } from "./fault.ts";
import { connectionConfig } from "./pool.ts";

/** How often a session shows that it is still there, and how long the answer may take. */
const CHECK_MS = 5_000;
const ANSWER_MS = 10_000;

/** A connection outside the pool, held for what belongs to a session: a lock, or listening. */
export type Session = {
  query(text: string): Promise<Record<string, unknown>[]>;
  onNotification(listener: () => void): void;
  /** Fires once, when the connection is gone, whoever ended it. */
  readonly ended: AbortSignal;
  close(): Promise<void>;
};

/** Opens a session. A connection that is silently cut is noticed within 15 seconds. */
export async function openSession(url: string): Promise<Session> {
  const client = new Client({ ...connectionConfig(url), statement_timeout: 0, query_timeout: ANSWER_MS });
  const ended = new AbortController();
  const end = (reason?: unknown) => {
    clearInterval(timer);
    ended.abort(reason);
  };
  const timer = setInterval(() => {
    client.query("select 1").catch((error: unknown) => {
      end(error);
      void client.end().catch(() => undefined); // it is broken already, and that has been told
    });
  }, CHECK_MS);
  timer.unref();
  client.on("error", end);
  client.on("end", () => end());
  try {
    await client.connect();
  } catch (error) {
    end(error);
    throw postgresError(error);
  }
  return {
    ended: ended.signal,
    query: async (text) => (await client.query<Record<string, unknown>>(text)).rows,
    onNotification: (listener) => void client.on("notification", listener),
    async close() {
      end();
      await client.end();
    },
  };
}
