import { Worker } from "node:worker_threads";
import { AppError } from "../../../contract/errors.ts";
import { openError, statementError } from "./fault.ts";
import { LocalThread } from "./local-thread.ts";
import type { Answer, Call, FromThread, SqliteValue, ToThread } from "./protocol.ts";

/** What a statement gave: rows as lists of values in the order of `columns`. */
export type StatementResult = { columns: string[]; rows: unknown[][]; changes: number | bigint };

type Waiting = { sql: string; resolve: (result: StatementResult) => void; reject: (error: Error) => void };

/**
 * One connection in a thread of its own.
 *
 * - *starting*: the thread loads; `open` sends it to its file and waits;
 * - *open*: statements are sent in the order of `execute`, those of one turn of the event loop together, and
 *   answered in that order;
 * - *ended*: by `close`, or because the thread died: everything waiting and everything new is refused with
 *   `unavailable`.
 */
export class SqliteConnection {
  readonly #worker: Worker | LocalThread;
  readonly #file: string;
  readonly #waiting = new Map<number, Waiting>();
  readonly #exited: Promise<void>;
  #outbox: Call[] = [];
  #nextId = 1;
  #ended: Error | undefined;
  #opening: PromiseWithResolvers<void> | undefined;

  /** `onFault` is told when the thread dies: everything after that is refused until the server is started again. */
  constructor(file: string, role: "writer" | "reader", onFault: (error: unknown) => void, isLocal = false) {
    this.#file = file;
    this.#worker = isLocal ? new LocalThread(file, role) : startThread(file, role);
    this.#worker.on("message", (message: FromThread) => this.#receive(message));
    this.#worker.on("error", (cause) => {
      onFault(cause);
      this.#end(unavailable("the database thread failed", cause));
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.on("exit", () => {
        this.#end(unavailable("the database is closed"));
        resolve();
      });
    });
  }

  /** Opens the file; refused with `unsupported-database`, `newer-schema` or `other-schema`. */
  open(): Promise<void> {
    this.#opening = Promise.withResolvers();
    if (this.#ended === undefined) this.#post({ kind: "open" });
    else this.#opening.reject(this.#ended);
    return this.#opening.promise;
  }

  /**
   * Runs one statement after all those given before it.
   * @param isPart of the transaction that is open: refused when it is not open any more
   */
  execute(sql: string, parameters: SqliteValue[] = [], isPart = false): Promise<StatementResult> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const id = this.#nextId;
    this.#nextId += 1;
    if (this.#outbox.length === 0) queueMicrotask(() => this.#flush());
    this.#outbox.push({ id, sql, parameters, is_part: isPart });
    return new Promise((resolve, reject) => this.#waiting.set(id, { sql, resolve, reject }));
  }

  /** Lets what was given finish, closes the file and ends the thread. */
  async close(): Promise<void> {
    if (this.#ended === undefined) {
      this.#flush();
      this.#post({ kind: "close" });
    }
    await this.#exited;
  }

  #flush(): void {
    const calls = this.#outbox;
    if (calls.length === 0 || this.#ended !== undefined) return;
    this.#outbox = [];
    this.#post({ kind: "calls", calls });
  }

  #post(message: ToThread): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    this.#worker.postMessage(message);
  }

  #receive(message: FromThread): void {
    switch (message.kind) {
      case "opened":
        return this.#opening?.resolve();
      case "refused":
        return this.#opening?.reject(openError(this.#file, message.fault));
      case "answers":
        for (const answer of message.answers) this.#settle(answer);
    }
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (waiting === undefined) return; // refused already, when the thread was given up
    if ("fault" in answer) waiting.reject(statementError(answer.fault, waiting.sql));
    else waiting.resolve(answer);
  }

  /** The first reason stays. */
  #end(reason: Error): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    this.#opening?.reject(reason);
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }
}

function startThread(file: string, role: "writer" | "reader"): Worker {
  const workerData = { file, role };
  return new Worker(new URL("./thread.ts", import.meta.url), { workerData, name: `almanac-sqlite-${role}` });
}

function unavailable(reason: string, cause?: unknown): AppError {
  return new AppError("unavailable", { reason }, { cause });
}
