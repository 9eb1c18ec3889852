import { AppError, errorAction, ERRORS, type ErrorCode } from "../contract/errors.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";

/** A failure that is told in full: what happened, why, and what to do next. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  /** Lines below the first: why, each reason on its own. */
  readonly why: readonly string[];
  readonly next: string | undefined;

  constructor(
    exitCode: ExitCode,
    what: string,
    more: { why?: readonly string[]; next?: string; cause?: unknown } = {},
  ) {
    super(what, { cause: more.cause });
    this.name = "CliError";
    this.exitCode = exitCode;
    this.why = more.why ?? [];
    this.next = more.next;
  }
}

/** Wrong usage of a command: exit code 2. */
export function usageError(what: string, next?: string): CliError {
  return new CliError(EXIT.usage, what, next === undefined ? {} : { next });
}

/** The exit code that a thrown value stands for. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CliError) return error.exitCode;
  if (error instanceof AppError) return EXIT_OF_CODE[error.code] ?? EXIT.infrastructure;
  return EXIT.infrastructure;
}

/** Codes of the registry that are not infrastructure. */
const EXIT_OF_CODE: Partial<Record<ErrorCode, ExitCode>> = {
  unauthenticated: EXIT.forbidden,
  forbidden: EXIT.forbidden,
  "join-refused": EXIT.forbidden,
  "not-found": EXIT.not_found,
  "route-not-found": EXIT.not_found,
  "invalid-submission": EXIT.usage,
  "invalid-request": EXIT.usage,
  "malformed-body": EXIT.usage,
  "body-too-large": EXIT.usage,
  "already-ended": EXIT.usage,
  "not-ended": EXIT.usage,
  "already-superseded": EXIT.usage,
  "not-judged": EXIT.usage,
  "nothing-failed": EXIT.usage,
  "finding-open": EXIT.usage,
  "unknown-owner": EXIT.usage,
  "not-blocked": EXIT.usage,
  "not-to-confirm": EXIT.usage,
  "worker-has-runs": EXIT.usage,
  "worker-name-taken": EXIT.usage,
  "unsupported-database": EXIT.usage,
  "invalid-configuration": EXIT.usage,
};

/** The lines for standard error: what, why, what next, and the server's request id; without a last newline. */
export function failureText(error: unknown, isDebug: boolean): string {
  const lines = linesOf(error);
  if (isDebug && error instanceof Error) lines.push(error.stack ?? "", ...causesOf(error));
  return lines.join("\n");
}

function linesOf(error: unknown): string[] {
  if (error instanceof CliError) return withMore(error.message, error.why, error.next);
  if (error instanceof AppError) return linesOfAppError(error);
  const message = error instanceof Error ? error.message : String(error);
  return withMore(message, [], "This is unexpected: the same command with --debug shows where it came from.");
}

function linesOfAppError(error: AppError): string[] {
  const entries = reasonsOf(error);
  const what = entries.length > 0 ? headOf(error) : error.message;
  const lines = withMore(what, entries, errorAction(error.code, error.details));
  const requestId = error.details["request_id"];
  if (typeof requestId === "string") lines.push(`  request ${requestId}`);
  return lines;
}

/** The sentence without its summary, which repeats the first of the reasons that follow. */
function headOf(error: AppError): string {
  const template: string = ERRORS[error.code].template;
  return template.endsWith(": {summary}") ? template.slice(0, -": {summary}".length) + ":" : error.message;
}

function reasonsOf(error: AppError): string[] {
  const errors = error.details["errors"];
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((entry: unknown) =>
    typeof entry === "object" && entry !== null && "message" in entry ? [String(entry.message)] : [],
  );
}

function withMore(what: string, why: readonly string[], next: string | undefined): string[] {
  return [`almanac: ${what}`, ...why.map((line) => `  ${line}`), ...(next === undefined ? [] : [`  ${next}`])];
}

function causesOf(error: Error): string[] {
  return error.cause instanceof Error
    ? [`caused by ${error.cause.stack ?? error.cause.message}`, ...causesOf(error.cause)]
    : [];
}
