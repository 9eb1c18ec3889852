import { AppError } from "../../../contract/errors.ts";

/** Conditions of PostgreSQL after which the same transaction, run again, may succeed. */
const SERIALISATION_FAILURE = "40001";
const DEADLOCK = "40P01";
const UNIQUE_VIOLATION = "23505";
const LOCK_NOT_AVAILABLE = "55P03";
/** Of an index entry among others: the parts of a key are too long together. */
const LIMIT_EXCEEDED = "54000";

/** The index that lets only one of two equal submissions in; the other one must look again. */
const SUBMISSIONS_KEY = "submissions_key";

/** Classes of conditions that are about the server and not about the statement. */
const UNAVAILABLE_CLASSES = new Set(["08", "53", "57", "58"]);

/** True when the transaction should be run again from its start. */
export function isWorthARetry(error: unknown): boolean {
  const code = codeOf(error);
  if (code === SERIALISATION_FAILURE || code === DEADLOCK) return true;
  return code === UNIQUE_VIOLATION && propertyOf(error, "constraint") === SUBMISSIONS_KEY;
}

/**
 * `unavailable` for what is about the connection or the server, `invalid-request` for what PostgreSQL cannot hold
 * (`contract` refuses it where it comes in); everything else as it is.
 */
export function postgresError(error: unknown): unknown {
  if (error instanceof AppError || !(error instanceof Error)) return error;
  const code = codeOf(error);
  if (code === LIMIT_EXCEEDED) return new AppError("invalid-request", { summary: error.message }, { cause: error });
  const isOfStatement = code !== undefined && /^[0-9A-Z]{5}$/.test(code);
  if (isOfStatement && code !== LOCK_NOT_AVAILABLE && !UNAVAILABLE_CLASSES.has(code.slice(0, 2))) return error;
  if (isOfStatement || isOfConnection(error, code)) return unavailable(error.message, error);
  return error;
}

export function unavailable(reason: string, cause?: unknown): AppError {
  return new AppError("unavailable", { reason: `the database: ${reason}` }, { cause });
}

/** Faults of sockets have a code like `ECONNREFUSED`; those of the driver have none, only these sentences. */
function isOfConnection(error: Error, code: string | undefined): boolean {
  if (code !== undefined) return /^E[A-Z_]+$/.test(code);
  return /connection terminated|timeout exceeded when trying to connect|not queryable|client was closed|ended the connection/i.test(
    error.message,
  );
}

function codeOf(error: unknown): string | undefined {
  return propertyOf(error, "code");
}

function propertyOf(error: unknown, name: string): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const value: unknown = Reflect.get(error, name);
  return typeof value === "string" ? value : undefined;
}
