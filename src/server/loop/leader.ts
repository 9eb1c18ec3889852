import { setTimeout as delay } from "node:timers/promises";
import { epochMs, timestamp } from "../../domain/clock.ts";
import type { Log, LoopContext } from "./context.ts";
import { expire } from "./expire.ts";
import { extendLeasesAfterStart, giveUpExpiredRuns } from "./lost-runs.ts";
import { planOnce } from "./place.ts";
import { prepare } from "./prepare.ts";

/** How long changes are gathered before planning, and how long nothing may happen before it is done anyway. */
const GATHER_MS = 5;
const IDLE_MS = 1_000;
const HOUSEKEEPING_MS = 60_000;
/** How long a server that does not lead waits before it tries again. */
const STANDBY_MS = 2_000;
const PREPARE_BATCH = 500;

/**
 * The server's loop. In one of three states:
 * - *standby*: another server of the same database leads; tries again every two seconds;
 * - *leading*: prepares, plans and places whenever something has changed, and once a second;
 * - *closed*.
 */
export type Leader = {
  /** Resolves when the loop has ended and the lead is given up. */
  close(): Promise<void>;
};

export function startLeader(context: LoopContext): Leader {
  const stop = new AbortController();
  const ended = leadWhilePossible(context, stop.signal);
  return {
    async close() {
      stop.abort();
      await ended;
    },
  };
}

async function leadWhilePossible(context: LoopContext, signal: AbortSignal): Promise<void> {
  // ends: when the signal is given
  while (!signal.aborted) {
    await attempt(context.log, "leading", () => leadOnce(context, signal));
    await pause(STANDBY_MS, signal);
  }
}

/** Leads until stopped, or until the lead is lost; returns at once when another server leads. */
async function leadOnce(context: LoopContext, signal: AbortSignal): Promise<void> {
  const lead = await context.store.lead();
  if (lead === undefined) return;
  try {
    await extendLeasesAfterStart(context);
    await leadUntilStopped(context, AbortSignal.any([signal, lead.lost]));
  } finally {
    await lead.release();
  }
}

async function leadUntilStopped(context: LoopContext, signal: AbortSignal): Promise<void> {
  const wake = wakeSignal(context);
  let housekeepingAt = 0;
  try {
    // ends: when the signal is given
    while (!signal.aborted) {
      const isDue = context.clock.monotonicMs() >= housekeepingAt;
      if (isDue) housekeepingAt = context.clock.monotonicMs() + HOUSEKEEPING_MS;
      await attempt(context.log, "planning", () => planRound(context));
      if (isDue) await attempt(context.log, "housekeeping", () => expire(context));
      await wake.wait(await untilNextRetry(context), signal);
    }
  } finally {
    wake.stop();
  }
}

/** The time until a request that is held back may be planned, but never longer than a round's distance. */
async function untilNextRetry({ store, clock }: LoopContext): Promise<number> {
  const next = await store.read.nextNotBefore(timestamp(clock.nowMs()));
  return next === undefined ? IDLE_MS : Math.min(IDLE_MS, Math.max(0, epochMs(next) - clock.nowMs()));
}

async function planRound(context: LoopContext): Promise<void> {
  const { read } = context.store;
  const workers = await read.workers();
  const unprepared = await read.unprepared(PREPARE_BATCH);
  // together, so that their commits are one; a fault with one must not hold up the others
  const prepared = await Promise.allSettled(unprepared.map((request) => prepare(context, request, workers)));
  for (const [index, result] of prepared.entries()) {
    if (result.status === "fulfilled") continue;
    const details = { err: result.reason as unknown, work_request_id: unprepared[index]?.id };
    context.log.error(details, "could not prepare a request; it is tried again");
  }
  await giveUpExpiredRuns(context);
  await planOnce(context);
}

/** A fault in one round must not end the loop: the next round starts from the database again. */
async function attempt(log: Log, what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.error({ err: error }, `${what} failed; it is tried again`);
  }
}

/** Remembers that something happened since the last wait. */
function wakeSignal(context: LoopContext) {
  let isDirty = true;
  let notify: (() => void) | undefined;
  const stop = context.live.listen({
    onEvents: (events) => {
      if (events.every((event) => event.kind === "placed" || event.kind === "waiting" || event.kind === "started"))
        return;
      isDirty = true;
      notify?.();
    },
  });
  return {
    stop,
    async wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
      if (!isDirty) {
        const woken = new AbortController();
        notify = () => woken.abort();
        await pause(timeoutMs, AbortSignal.any([signal, woken.signal]));
        notify = undefined;
      }
      await pause(GATHER_MS, signal);
      isDirty = false;
    },
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // Being woken early is what the signal is for.
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
