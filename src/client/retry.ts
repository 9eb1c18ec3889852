import type { RouteName } from "../contract/routes.ts";

/** Delays between attempts: doubling from `baseMs` to at most `maxMs`, each a random part of it. */
export type Backoff = { baseMs: number; maxMs: number };

/** The default: about half a second over four attempts, so that a person is told soon. */
export const CLIENT_BACKOFF: Backoff = { baseMs: 100, maxMs: 2000 };

/**
 * How long to wait before the next attempt, milliseconds: "full jitter", a random part of the
 * doubled delay, so that many clients of a restarted server do not come at once
 * (Brooker, "Exponential backoff and jitter", 2015); never less than a tenth of it.
 * `failures` counts from 1; `random` gives numbers in [0, 1).
 */
export function backoffMs(failures: number, backoff: Backoff, random: () => number): number {
  const ceiling = Math.min(backoff.maxMs, backoff.baseMs * 2 ** Math.min(failures - 1, 30));
  return ceiling * (0.1 + 0.9 * random());
}

/**
 * Calls that change something, yet leave the same behind when they are sent twice. Reading is
 * always safe; what stands neither here nor reads is sent again only if it cannot have arrived.
 */
const SAFE_TO_REPEAT: ReadonlySet<RouteName> = new Set<RouteName>([
  "submit", // carries a submission key
  "importHistory", // an entry that is there is not taken twice
  "drainWorker",
  "resumeWorker",
  "changeWorkRequest",
  "appendLog", // names its offset
  "putOutput",
  "knowsOutput",
  "putSchedule",
  "pauseSchedule",
  "resumeSchedule",
]);

/** True when the call may be sent again although an earlier attempt may have arrived. */
export function isSafeToRepeat(name: RouteName, method: string): boolean {
  return method === "GET" || SAFE_TO_REPEAT.has(name);
}

/** Failures that come before a byte of the call was sent. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** True when the network's error says that the call cannot have arrived. */
export function wasNeverSent(cause: unknown): boolean {
  const code = networkCode(cause);
  return code !== undefined && NEVER_SENT.has(code);
}

/** The system's code of a network error, such as `ECONNREFUSED`; looks into the errors of several addresses. */
export function networkCode(cause: unknown): string | undefined {
  if (typeof cause !== "object" || cause === null) return undefined;
  if ("code" in cause && typeof cause.code === "string") return cause.code;
  if (cause instanceof AggregateError) return networkCode(cause.errors[0]);
  return undefined;
}
