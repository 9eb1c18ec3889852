import type { HistoryKey } from "../../../domain/task.ts";
import type { WorkRequestId, WorkerName } from "../../../domain/ids.ts";
import type { NewEvent } from "../events.ts";
import type { Retention, StoreTransaction, TaskDay } from "../store.ts";
import type { ChangedRun } from "../task-course-store.ts";
import { overlaid } from "./overlaid.ts";
import { RecordLocks } from "./record-locks.ts";
import { SharedLearning } from "./shared-learning.ts";

/** What must not share a transaction, because it locks rows that it does not name: it is run alone afterwards. */
const ALONE = [
  "deleteExpired",
  "takeUnusedArtifacts",
  "lockSchedule",
  "importHistory",
  "takeRebuild",
] as const satisfies readonly (keyof StoreTransaction)[];

/** Methods of a transaction that change nothing, beside those of a reader. */
const LOOKING: readonly (keyof StoreTransaction)[] = ["lockWorkRequest", "lockWorker", "holdsLead"];

/** A member wants what only a transaction of its own can do. */
export class NeedsToBeAlone extends Error {
  constructor(what: string) {
    super(`${what} is not done in a group of transactions`);
  }
}

/** One logical transaction of a group. */
type Member = { hasWritten: boolean; hasEnded: boolean };

/** How a member's work ended within the group. */
export type MemberEnd<T> = { kind: "done"; value: T } | { kind: "refused"; error: unknown } | { kind: "alone" };

/**
 * Several logical transactions that run at the same time in one transaction of the database and share its commit.
 *
 * They see each other's writes before the commit, which is harmless because all are committed or none: when one
 * fails after it has written, or a statement fails, the group *is spoilt*, is rolled back whole, and each is run
 * again alone. What keeps them apart otherwise: a record that one has locked is its own (`RecordLocks`), and
 * they learn one after another (`SharedLearning`). What nobody reads back is kept until the end and written at
 * once, where each key and each event costs one row and not one statement: events, the estimator's states and
 * tallies, courses of tasks, forgotten allocations and trimmed histories.
 */
export class Group {
  readonly #tx: StoreTransaction;
  readonly #reads: ReadonlySet<string>;
  readonly #locks = new RecordLocks<Member>();
  readonly #learning: SharedLearning<Member>;
  readonly #events: NewEvent[] = [];
  readonly #forgotten = new Map<string, { key: HistoryKey; knownRuns: number }>();
  readonly #ended: ChangedRun[] = [];
  readonly #tallied = new Map<string, { day: TaskDay; changes: ((tally: unknown) => unknown)[] }>();
  readonly #trimmed = new Map<string, { key: HistoryKey; retention: Retention }>();
  #memberCount = 0;
  #spoilt: { error: unknown } | undefined;

  /**
   * @param tx the transaction of the database
   * @param reads the names of a reader's methods
   */
  constructor(tx: StoreTransaction, reads: Iterable<string>) {
    this.#tx = tx;
    this.#reads = new Set([...reads, ...LOOKING]);
    this.#learning = new SharedLearning((keys) => tx.estimateStates(keys));
  }

  /** True: nothing of it may be committed. */
  get isSpoilt(): boolean {
    return this.#spoilt !== undefined;
  }

  get hasEvents(): boolean {
    return this.#events.length > 0;
  }

  /** Runs all works to their ends; never rejects. */
  runAll<T>(works: readonly ((tx: StoreTransaction) => Promise<T>)[]): Promise<MemberEnd<T>[]> {
    this.#memberCount = works.length;
    return Promise.all(works.map((work) => this.#run(work)));
  }

  /** Writes what was kept until the end. */
  async flush(): Promise<void> {
    const changed = this.#learning.takeChanged();
    const writes = [
      ...[...this.#forgotten.values()].map(({ key, knownRuns }) => this.#tx.forgetAllocations(key, knownRuns)),
      ...[...this.#trimmed.values()].map(({ key, retention }) => this.#tx.trimHistory(key, retention)),
    ];
    for (const { day, changes } of this.#tallied.values()) {
      writes.push(this.#tx.changeAccuracyDay(day, (tally) => changes.reduce((value, change) => change(value), tally)));
    }
    if (this.#ended.length > 0) writes.push(this.#tx.keepTaskCourses(this.#ended));
    if (changed.size > 0) writes.push(this.#tx.putEstimateStates(changed));
    await Promise.all(writes);
    // last: on PostgreSQL it takes a lock that others wait for
    if (this.#events.length > 0) await this.#tx.appendEvents(this.#events);
  }

  async #run<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<MemberEnd<T>> {
    const member: Member = { hasWritten: false, hasEnded: false };
    try {
      return { kind: "done", value: await work(this.#transactionFor(member)) };
    } catch (error) {
      if (member.hasWritten) this.#spoil(error);
      return error instanceof NeedsToBeAlone ? { kind: "alone" } : { kind: "refused", error };
    } finally {
      member.hasEnded = true;
      this.#memberCount -= 1;
      this.#locks.release(member);
      this.#learning.release(member);
      this.#goOn();
    }
  }

  #spoil(error: unknown): void {
    if (this.#spoilt !== undefined) return;
    this.#spoilt = { error };
    this.#locks.fail(error);
    this.#learning.fail(error);
  }

  /** Learning begins when all others are done or wait: so no rows are locked by whoever has the lock for learning. */
  #goOn(): void {
    if (this.#learning.waitingCount + this.#locks.waitingCount >= this.#memberCount) this.#learning.next();
  }

  #transactionFor(member: Member): StoreTransaction {
    const guarded = this.#guarded(member);
    const alone = ALONE.map((name) => [name, () => Promise.reject(new NeedsToBeAlone(name))] as const);
    return overlaid(guarded, {
      ...this.#kept(member),
      ...this.#apart(member, guarded),
      ...Object.fromEntries(alone),
    });
  }

  /** The methods of the transaction, each made when it is first called: a member calls a dozen of some hundred. */
  #guarded(member: Member): StoreTransaction {
    const made = new Map<string | symbol, AnyMethod>();
    return new Proxy(this.#tx, {
      get: (tx, name) => {
        const known = made.get(name);
        if (known !== undefined) return known;
        const method: unknown = Reflect.get(tx, name);
        if (typeof method !== "function") return undefined;
        const guard = this.#guard(member, String(name), method as AnyMethod); // a transaction has nothing but methods
        made.set(name, guard);
        return guard;
      },
    });
  }

  /** Refused after the end of the member or of the group; a fault spoils the group. */
  #guard(member: Member, name: string, method: AnyMethod): AnyMethod {
    const isRead = this.#reads.has(name);
    return async (...args) => {
      this.#check(member);
      if (!isRead) member.hasWritten = true;
      try {
        return await method(...args);
      } catch (error) {
        this.#spoil(error);
        throw error;
      }
    };
  }

  #check(member: Member): void {
    if (member.hasEnded) throw new TypeError("the transaction of this statement has ended");
    if (this.#spoilt !== undefined) throw this.#spoilt.error;
  }

  /** What is written at the end. */
  #kept(member: Member) {
    const keep = (what: () => void): Promise<void> => {
      this.#check(member);
      member.hasWritten = true;
      what();
      return Promise.resolve();
    };
    const nameOf = ({ task_type, task_name, subject, context }: HistoryKey) =>
      JSON.stringify([task_type, task_name, subject, context]);
    return {
      appendEvents: (events: readonly NewEvent[]) => keep(() => this.#events.push(...events)),
      forgetAllocations: (key: HistoryKey, knownRuns: number) =>
        keep(() => {
          const most = Math.max(knownRuns, this.#forgotten.get(nameOf(key))?.knownRuns ?? 0);
          this.#forgotten.set(nameOf(key), { key, knownRuns: most });
        }),
      keepTaskCourses: (runs: readonly ChangedRun[]) => keep(() => this.#ended.push(...runs)),
      trimHistory: (key: HistoryKey, retention: Retention) =>
        keep(() => this.#trimmed.set(nameOf(key), { key, retention })),
      changeAccuracyDay: (day: TaskDay, change: (tally: unknown) => unknown) =>
        keep(() => {
          const name = JSON.stringify([day.task_type, day.task_name, day.day]);
          const known = this.#tallied.get(name);
          if (known === undefined) this.#tallied.set(name, { day, changes: [change] });
          else known.changes.push(change);
        }),
      putEstimateStates: (states: Parameters<StoreTransaction["putEstimateStates"]>[0]) =>
        keep(() => {
          this.#learning.put(member, states);
          this.#goOn();
        }),
    };
  }

  /** What keeps members apart. */
  #apart(member: Member, guarded: StoreTransaction) {
    const lock = async (record: string): Promise<void> => {
      this.#check(member);
      const turn = this.#takeLock(member, record);
      if (turn === undefined) return;
      this.#goOn();
      await turn;
    };
    return {
      lockWorkRequest: (id: WorkRequestId) => lock(`#${id}`).then(() => guarded.lockWorkRequest(id)),
      // Whoever looks for an open finding may be about to open one: one after another, or there would be two.
      findings: (...query: Parameters<StoreTransaction["findings"]>) =>
        lock("findings").then(() => guarded.findings(...query)),
      lockWorker: (name: WorkerName) => lock(name).then(() => guarded.lockWorker(name)),
      dependencyStates: (id: WorkRequestId) => lock(`#${id}`).then(() => guarded.dependencyStates(id)),
      estimateStates: (keys: readonly string[]) => {
        this.#check(member);
        const asked = this.#learning.ask(member, keys);
        this.#goOn();
        return asked.catch((error: unknown) => {
          this.#spoil(error);
          throw error;
        });
      },
      // These two would not see what is kept until the end.
      events: (...query: Parameters<StoreTransaction["events"]>) =>
        this.#flushEvents().then(() => guarded.events(...query)),
      lastEventId: () => this.#flushEvents().then(() => guarded.lastEventId()),
    };
  }

  #takeLock(member: Member, record: string): Promise<void> | undefined {
    try {
      return this.#locks.take(member, record);
    } catch (error) {
      this.#spoil(error);
      throw error;
    }
  }

  async #flushEvents(): Promise<void> {
    const events = this.#events.splice(0);
    if (events.length > 0) await this.#tx.appendEvents(events);
  }
}

type AnyMethod = (...args: unknown[]) => Promise<unknown>;
