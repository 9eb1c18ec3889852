import type { Kysely } from "kysely";
import { AppError } from "../../../contract/errors.ts";
import type { Tables } from "../tables.ts";
import { noFaults, type Faults } from "../faults.ts";
import { hasLostTransaction, type SqliteConnection } from "./connection.ts";
import { kyselyOn } from "./dialect.ts";

/** Logical transactions that share one commit at most: bounds what one failing disk write takes with it. */
const MAX_GROUP = 200;
/** A group that has run this long is committed although more are waiting, so that the first need not wait for all. */
const MAX_GROUP_MS = 20;

type Job = {
  work: (db: Kysely<Tables>) => Promise<unknown>;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
};

/**
 * The one writer of a SQLite store. Transactions run one after another; those that are waiting when one ends
 * share its commit (*group commit*): each is a savepoint inside one SQLite transaction, because what costs is
 * the sync to disk at the commit (0.4–4 ms) and not the statements (20 µs). A transaction that fails is rolled
 * back to its savepoint alone. All of a group are answered after the commit, the failed ones too: what they saw
 * may have been the work of others in the group. If the commit fails, all fail.
 */
export class GroupCommitWriter {
  readonly #connection: SqliteConnection;
  readonly #faults: Faults;
  readonly #waiting: Job[] = [];
  #draining: Promise<void> | undefined;
  #isClosed = false;

  constructor(connection: SqliteConnection, faults: Faults = noFaults) {
    this.#connection = connection;
    this.#faults = faults;
  }

  transaction<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(new AppError("unavailable", { reason: "the database is closed" }));
    return new Promise<T>((resolve, reject) => {
      // `resolve` is given only what this job's `work` gave.
      this.#waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Takes nothing more, and waits for what it has. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#draining;
  }

  async #drain(): Promise<void> {
    // ends: when nothing waits; `transaction` starts it again
    while (this.#waiting.length > 0) await this.#runGroup();
    this.#draining = undefined;
  }

  /** Never rejects: every outcome goes to the jobs. */
  async #runGroup(): Promise<void> {
    const taken: Job[] = [];
    try {
      await this.#connection.execute("begin immediate");
    } catch (error) {
      for (const job of this.#waiting.splice(0, MAX_GROUP)) job.reject(error);
      return;
    }
    try {
      const answers = await this.#runJobs(taken);
      await this.#faults.at("before-commit");
      await this.#connection.execute("commit");
      await this.#faults.at("after-commit");
      for (const answer of answers) answer();
    } catch (error) {
      await this.#abandon();
      for (const job of taken) job.reject(error);
    }
  }

  /** Runs what is waiting, one after another; gives how each is to be answered. Throws when the transaction is lost. */
  async #runJobs(taken: Job[]): Promise<(() => void)[]> {
    const answers: (() => void)[] = [];
    const startedMs = performance.now();
    // ends: when nothing waits, or the group is full
    while (taken.length < MAX_GROUP && performance.now() - startedMs < MAX_GROUP_MS) {
      const job = this.#waiting.shift();
      if (job === undefined) break;
      taken.push(job);
      answers.push(await this.#runJob(job));
    }
    return answers;
  }

  async #runJob(job: Job): Promise<() => void> {
    const scope = new SavepointScope(this.#connection);
    try {
      const value = await job.work(scope.db);
      await this.#faults.at("in-transaction");
      await scope.release();
      return () => job.resolve(value);
    } catch (error) {
      await scope.rollBack();
      return () => job.reject(error);
    }
  }

  /** Leaves no transaction open. */
  async #abandon(): Promise<void> {
    // Safe to ignore: SQLite may have ended the transaction itself, and what made us end it is told to all. Should
    // it still be open, the next `begin` is refused and says so.
    await this.#connection.execute("rollback").catch(() => undefined);
  }
}

/**
 * One logical transaction within a group. The savepoint is sent along with the first statement. After its end
 * nothing more is taken, so that work which goes on by mistake cannot write into its neighbour's transaction.
 */
class SavepointScope {
  readonly db: Kysely<Tables>;
  readonly #connection: SqliteConnection;
  readonly #begun: Promise<unknown>;
  #hasEnded = false;
  #lost: Error | undefined;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
    this.#begun = connection.execute("savepoint request");
    this.#begun.catch(() => undefined); // looked at in `release` and `rollBack`
    this.db = kyselyOn(async (sql, parameters) => {
      if (this.#hasEnded) throw new TypeError(`the transaction of this statement has ended: ${sql.slice(0, 100)}`);
      return connection.execute(sql, parameters).catch((error: Error) => {
        if (hasLostTransaction(error)) this.#lost ??= error;
        throw error;
      });
    });
  }

  async release(): Promise<void> {
    this.#hasEnded = true;
    await this.#begun;
    this.#throwIfLost();
    await this.#connection.execute("release request");
  }

  async rollBack(): Promise<void> {
    this.#hasEnded = true;
    await this.#begun;
    this.#throwIfLost();
    await Promise.all([this.#connection.execute("rollback to request"), this.#connection.execute("release request")]);
  }

  #throwIfLost(): void {
    if (this.#lost !== undefined) throw this.#lost;
  }
}
