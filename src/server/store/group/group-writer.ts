import { AppError } from "../../../contract/errors.ts";
import { assertNever } from "../../../domain/assert-never.ts";
import type { Faults } from "../faults.ts";
import type { StoreTransaction } from "../store.ts";
import { Group, type MemberEnd } from "./group.ts";

type Work<T> = (tx: StoreTransaction) => Promise<T>;

/** A transaction of the database that is open. */
export type OpenTransaction = {
  tx: StoreTransaction;
  commit: () => Promise<void>;
  rollback: () => Promise<void>;
};

/** What a writer needs of an engine. */
export type TransactionMaker = {
  begin(): Promise<OpenTransaction>;
  /** Runs a work in a transaction of its own, as often as it takes. */
  alone<T>(work: Work<T>): Promise<T>;
  /** The names of a reader's methods. */
  reads: readonly string[];
  /** Groups that may run at a time. */
  groupsAtOnce: number;
  /** Works in one group at most: bounds what one failing disk write takes with it, and how long the first waits for all. */
  mostInGroup: number;
};

type Job = { work: Work<unknown>; resolve: (value: unknown) => void; reject: (error: unknown) => void };

/**
 * Runs logical transactions: at once where nothing else is going on, else in groups that share one transaction of
 * the database (`Group`), because what costs is the commit, with its sync to disk, and the number of statements,
 * far more than their rows. Those that wait when a group ends are the next group. All of a group are answered
 * after its commit, the refused ones too: what they saw may have been the work of others in the group. If the
 * commit itself fails, all are told so, for nobody knows whether it has happened.
 */
export class GroupWriter {
  readonly #maker: TransactionMaker;
  readonly #faults: Faults;
  readonly #waiting: Job[] = [];
  readonly #running = new Set<Promise<void>>();
  #isScheduled = false;
  #isClosed = false;

  constructor(maker: TransactionMaker, faults: Faults) {
    this.#maker = maker;
    this.#faults = faults;
  }

  transaction<T>(work: Work<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(new AppError("unavailable", { reason: "the database is closed" }));
    return new Promise<T>((resolve, reject) => {
      // `resolve` is given only what this job's `work` gave.
      this.#waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
      this.#schedule();
    });
  }

  /** Takes nothing more, and waits for what it has. */
  async close(): Promise<void> {
    this.#isClosed = true;
    // ends: nothing is taken any more
    while (this.#running.size > 0 || this.#waiting.length > 0) {
      this.#start();
      await Promise.all(this.#running);
    }
  }

  /** A turn later, so that those who come in the same turn come together. */
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#start();
    });
  }

  #start(): void {
    while (this.#waiting.length > 0 && this.#running.size < this.#maker.groupsAtOnce) {
      const running = this.#runGroup(this.#waiting.splice(0, this.#maker.mostInGroup)).finally(() => {
        this.#running.delete(running);
        if (this.#waiting.length > 0) this.#schedule();
      });
      this.#running.add(running);
    }
  }

  /** Never rejects: every outcome goes to the jobs. */
  async #runGroup(jobs: readonly Job[]): Promise<void> {
    const [first] = jobs;
    if (jobs.length === 1 && first !== undefined) return this.#runAlone(first);
    const left = await this.#runTogether(jobs);
    for (const job of left) await this.#runAlone(job);
  }

  async #runAlone(job: Job): Promise<void> {
    try {
      job.resolve(await this.#maker.alone(job.work));
    } catch (error) {
      job.reject(error);
    }
  }

  /** Answers the jobs; gives those that are to be run alone instead. */
  async #runTogether(jobs: readonly Job[]): Promise<readonly Job[]> {
    let transaction: OpenTransaction;
    try {
      transaction = await this.#maker.begin();
    } catch (error) {
      for (const job of jobs) job.reject(error);
      return [];
    }
    const group = new Group(transaction.tx, this.#maker.reads);
    const ends = await group.runAll(jobs.map(({ work }) => this.#withFaults(work)));
    if (group.isSpoilt || !(await flushed(group))) {
      await abandon(transaction);
      return jobs;
    }
    try {
      await this.#faults.at("before-commit");
      await transaction.commit();
      await this.#faults.at("after-commit");
    } catch (error) {
      await abandon(transaction);
      for (const job of jobs) job.reject(error);
      return [];
    }
    return jobs.filter((job, index) => !isAnswered(job, ends[index]!)); // an end for each
  }

  #withFaults<T>(work: Work<T>): Work<T> {
    return async (tx) => {
      const value = await work(tx);
      await this.#faults.at("in-transaction");
      return value;
    };
  }
}

/** False when what was kept until the end cannot be written: then each is to find out by itself whose fault that is. */
async function flushed(group: Group): Promise<boolean> {
  try {
    await group.flush();
    return true;
  } catch {
    return false; // the same statements fail again, alone, and are told to whom they belong
  }
}

/** Leaves no transaction open. */
async function abandon(transaction: OpenTransaction): Promise<void> {
  // Safe to ignore: the database may have ended it itself, and what made us end it is told to all or tried again.
  await transaction.rollback().catch(() => undefined);
}

function isAnswered(job: Job, end: MemberEnd<unknown>): boolean {
  switch (end.kind) {
    case "done":
      job.resolve(end.value);
      return true;
    case "refused":
      job.reject(end.error);
      return true;
    case "alone":
      return false;
    default:
      return assertNever(end);
  }
}
