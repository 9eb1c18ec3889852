import { setTimeout as delay } from "node:timers/promises";
import { backoffMs, type Backoff } from "../../client/retry.ts";
import { AppError, ERRORS, type ErrorCode } from "../../contract/errors.ts";

/** What a worker says to its server is said again until it is heard: soon at first, every few seconds later. */
export const WORKER_BACKOFF: Backoff = { baseMs: 250, maxMs: 5000 };

/** How often the server may fail at the same thing, while it is there, before that is taken for a refusal. */
const MOST_SERVER_FAULTS = 12;

/** Faults of a server that is there. */
const SERVER_FAULTS: ReadonlySet<ErrorCode> = new Set(["internal-error", "content-mismatch", "content-missing"]);

/** What was sent, or the server's word that it will not take it. */
export type Delivery<Answer> = { ok: true; answer: Answer } | { ok: false; refusal: AppError };

/**
 * Sends until the server has taken it or refuses it for good. While the server cannot be reached, or does not
 * know the worker's token (which the sync loop mends), it goes on without end; the signal ends it by throwing.
 */
export async function keepTrying<Answer>(
  send: () => Promise<Answer>,
  options: { signal: AbortSignal; random: () => number; backoff?: Backoff },
): Promise<Delivery<Answer>> {
  let serverFaults = 0;
  // ends by an answer, a refusal, or the signal
  for (let failures = 1; ; failures += 1) {
    options.signal.throwIfAborted();
    try {
      return { ok: true, answer: await send() };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (SERVER_FAULTS.has(error.code)) serverFaults += 1;
      if (isRefusal(error) || serverFaults >= MOST_SERVER_FAULTS) return { ok: false, refusal: error };
    }
    const ms = backoffMs(failures, options.backoff ?? WORKER_BACKOFF, options.random);
    await delay(ms, undefined, { signal: options.signal });
  }
}

function isRefusal(error: AppError): boolean {
  return !ERRORS[error.code].retryable && error.code !== "unauthenticated";
}
