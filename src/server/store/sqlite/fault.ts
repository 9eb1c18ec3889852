import { AppError, type ErrorCode } from "../../../contract/errors.ts";
import type { ThreadFault } from "./protocol.ts";

/** SQLite's primary result codes that mean something else than a mistake of ours. */
const BUSY = 5;
const LOCKED = 6;
const READ_ONLY = 8;
const IO_ERROR = 10;
const FULL = 13;

/** A statement that SQLite refused. */
export class SqliteFault extends Error {
  /** SQLite's extended result code. */
  readonly errcode: number | undefined;
  readonly sql: string;

  constructor(fault: ThreadFault, sql: string) {
    super(`SQLite refused a statement (${fault.message}): ${sql.slice(0, 200)}`);
    this.name = "SqliteFault";
    this.errcode = fault.errcode;
    this.sql = sql;
  }
}

/** The fault of a statement: `unavailable` where it may work later, else a plain fault. */
export function statementError(fault: ThreadFault, sql: string): Error {
  const cause = new SqliteFault(fault, sql);
  const reason = transientReason(fault);
  return reason === undefined ? cause : new AppError("unavailable", { reason }, { cause });
}

/** Why the database could not be opened. */
export function openError(file: string, fault: ThreadFault): Error {
  // The thread sends only codes of errors that were made with one.
  if (fault.app !== undefined) return new AppError(fault.app.code as ErrorCode, fault.app.details);
  const cause = new SqliteFault(fault, "(open)");
  return new AppError("unsupported-database", { found: file, reason: fault.message }, { cause });
}

function transientReason(fault: ThreadFault): string | undefined {
  switch ((fault.errcode ?? 0) & 0xff) {
    case BUSY:
    case LOCKED:
      return "another process holds the database";
    case FULL:
      return "the disk of the database is full";
    case READ_ONLY:
    case IO_ERROR:
      return `the database cannot be written (${fault.message})`;
    default:
      return undefined;
  }
}
