import type { DatabaseSync, StatementSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import { AppError } from "../../../contract/errors.ts";
import { openDatabase, openReadOnly } from "./database.ts";
import type { Answer, Call, FromThread, ThreadFault, ToThread } from "./protocol.ts";

/*
 * A thread of its own for one connection, so that a slow disk or a long query never holds up the server.
 * Runs the statements it is sent, in their order, until it is told to close.
 */

/** Statements kept prepared: more than the store has, without those of unusual list lengths. */
const MAX_PREPARED = 300;

const port = parentPort;
if (port === null) throw new Error("this file runs as a worker thread");
// Given by `connection.ts`, which is the only one to start this file.
const { file, role } = workerData as { file: string; role: "writer" | "reader" };

let database: DatabaseSync | undefined;
const prepared = new Map<string, StatementSync>();

port.on("message", (message: ToThread) => {
  switch (message.kind) {
    case "open":
      return open();
    case "calls":
      return send({ kind: "answers", answers: message.calls.map(answer) });
    case "close":
      return close();
  }
});

function send(message: FromThread): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  port!.postMessage(message); // checked above
}

function open(): void {
  try {
    database = role === "writer" ? openDatabase(file) : openReadOnly(file);
    send({ kind: "opened" });
  } catch (error) {
    send({ kind: "refused", fault: faultOf(error) });
  }
}

/** Closes in order: statements die with their database; the thread ends when the port is closed. */
function close(): void {
  prepared.clear();
  database?.close();
  database = undefined;
  port!.close(); // checked above
}

function answer(call: Call): Answer {
  try {
    // It gives a transaction up by itself, for a full disk say: what comes after would be committed one by one.
    if (call.is_part && database?.isTransaction !== true) throw new Error("the transaction was given up");
    const statement = prepare(call.sql);
    const columns = statement.columns().map(({ name }) => name);
    if (columns.length > 0) {
      const rows = statement.all(...call.parameters) as unknown as unknown[][]; // lists, as set in `prepare`
      return { id: call.id, columns, rows, changes: 0 };
    }
    return { id: call.id, columns, rows: [], changes: statement.run(...call.parameters).changes };
  } catch (error) {
    return { id: call.id, fault: faultOf(error) };
  }
}

function prepare(sql: string): StatementSync {
  if (database === undefined) throw new Error("the database is not open");
  const known = prepared.get(sql);
  if (known !== undefined) return known;
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  if (prepared.size >= MAX_PREPARED) prepared.delete(prepared.keys().next().value!); // it is not empty
  prepared.set(sql, statement);
  return statement;
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
