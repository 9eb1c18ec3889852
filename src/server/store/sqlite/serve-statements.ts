import type { DatabaseSync, StatementSync } from "node:sqlite";
import { AppError } from "../../../contract/errors.ts";
import { openDatabase, openReadOnly } from "./database.ts";
import type { Answer, Call, FromThread, ThreadFault, ToThread } from "./protocol.ts";

/** Statements kept prepared: more than the store has, without those of unusual list lengths. */
const MAX_PREPARED = 300;

/** One connection to a database file. Runs the statements it is sent, in their order, until it is told to close. */
export class StatementServer {
  readonly #file: string;
  readonly #role: "writer" | "reader";
  readonly #send: (message: FromThread) => void;
  readonly #closed: () => void;
  readonly #prepared = new Map<string, StatementSync>();
  #database: DatabaseSync | undefined;

  constructor(
    { file, role }: { file: string; role: "writer" | "reader" },
    to: { send: (message: FromThread) => void; closed: () => void },
  ) {
    this.#file = file;
    this.#role = role;
    this.#send = to.send;
    this.#closed = to.closed;
  }

  take(message: ToThread): void {
    switch (message.kind) {
      case "open":
        return this.#open();
      case "calls":
        return this.#send({ kind: "answers", answers: message.calls.map((call) => this.#answer(call)) });
      case "close":
        return this.#close();
    }
  }

  #open(): void {
    try {
      this.#database = this.#role === "writer" ? openDatabase(this.#file) : openReadOnly(this.#file);
      this.#send({ kind: "opened" });
    } catch (error) {
      this.#send({ kind: "refused", fault: faultOf(error) });
    }
  }

  /** In order: statements die with their database. */
  #close(): void {
    this.#prepared.clear();
    this.#database?.close();
    this.#database = undefined;
    this.#closed();
  }

  #answer(call: Call): Answer {
    try {
      // It gives a transaction up by itself, for a full disk say: what comes after would be committed one by one.
      if (call.is_part && this.#database?.isTransaction !== true) throw new Error("the transaction was given up");
      const statement = this.#prepare(call.sql);
      const columns = statement.columns().map(({ name }) => name);
      if (columns.length > 0) {
        const rows = statement.all(...call.parameters) as unknown as unknown[][]; // lists, as set in `#prepare`
        return { id: call.id, columns, rows, changes: 0 };
      }
      return { id: call.id, columns, rows: [], changes: statement.run(...call.parameters).changes };
    } catch (error) {
      return { id: call.id, fault: faultOf(error) };
    }
  }

  #prepare(sql: string): StatementSync {
    if (this.#database === undefined) throw new Error("the database is not open");
    const known = this.#prepared.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    statement.setReturnArrays(true);
    if (this.#prepared.size >= MAX_PREPARED) this.#prepared.delete(this.#prepared.keys().next().value!); // it is not empty
    this.#prepared.set(sql, statement);
    return statement;
  }
}

function faultOf(error: unknown): ThreadFault {
  if (error instanceof AppError) {
    return { message: error.message, app: { code: error.code, details: error.details } };
  }
  if (!(error instanceof Error)) return { message: String(error) };
  // `errcode` is SQLite's own number, on the errors that come from it.
  const errcode = "errcode" in error && typeof error.errcode === "number" ? { errcode: error.errcode } : {};
  return { message: error.message, ...errcode };
}
