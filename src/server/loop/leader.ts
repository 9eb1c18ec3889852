import { setTimeout as delay } from "node:timers/promises";
import { epochMs } from "../../domain/clock.ts";
import type { EventKind } from "../../domain/event.ts";
import type { Log, LoopContext } from "./context.ts";
import { expire } from "./expire.ts";
import { extendLeases, LeaseWatch } from "./lost-runs.ts";
import { PlanBoard } from "./planning/board.ts";
import { place } from "./planning/place.ts";
import { recordReasons } from "./planning/record-reasons.ts";
import { prepare } from "./prepare.ts";

/** How long changes are gathered before planning, and how long nothing may happen before it is done anyway. */
const GATHER_MS = 5;
const IDLE_MS = 1_000;
const NUMBERS_MS = 15_000;
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
    await extendLeases(context);
    await leadUntilStopped(context, AbortSignal.any([signal, lead.lost]));
  } finally {
    await lead.release();
  }
}

async function leadUntilStopped(context: LoopContext, signal: AbortSignal): Promise<void> {
  const wake = wakeSignal(context);
  const kept = { leases: new LeaseWatch(context), housekeepingMs: 0 };
  try {
    // ends: when the signal is given; each pass goes on with a board of its own, because a fault leaves doubt in one
    while (!signal.aborted) {
      const board = new PlanBoard(context);
      await attempt(context.log, "planning", () => planFrom(context, board, wake, kept, signal));
      context.leading.planner = undefined;
      board.close();
      if (!board.isOutdated) await pause(IDLE_MS, signal);
    }
  } finally {
    wake.stop();
  }
}

/** Plans round after round until the signal is given, the board is outdated, or something fails. */
async function planFrom(
  context: LoopContext,
  board: PlanBoard,
  wake: ReturnType<typeof wakeSignal>,
  kept: { leases: LeaseWatch; housekeepingMs: number },
  signal: AbortSignal,
): Promise<void> {
  const { clock, log } = context;
  await board.fill(await context.store.read.now());
  context.leading.planner = board.planner;
  const reasons = { dueMs: 0, numbersDueMs: 0 };
  // ends: when the signal is given, or the board is outdated
  while (!signal.aborted && !board.isOutdated) {
    if (wake.areLayersTouched()) await context.store.transaction((tx) => tx.forgetAllAllocations());
    const waitMs = await planRound(context, board, reasons, kept.leases);
    if (clock.monotonicMs() >= kept.housekeepingMs) {
      kept.housekeepingMs = clock.monotonicMs() + HOUSEKEEPING_MS;
      await attempt(log, "housekeeping", () => expire(context));
    }
    await wake.wait(board.isTouched ? 0 : waitMs, signal);
  }
}

/** When the reasons for waiting are written down next, and when although only their numbers have changed. */
type ReasonsDue = { dueMs: number; numbersDueMs: number };

/** Prepares, plans and places once; gives the time until planning is to go on although nothing happens. */
async function planRound(
  context: LoopContext,
  board: PlanBoard,
  reasons: ReasonsDue,
  leases: LeaseWatch,
): Promise<number> {
  const { store, clock } = context;
  await leases.giveUpExpired();
  const isPreparing = await prepareNew(context, board);
  const now = await store.read.now();
  await board.refresh(now);
  if (board.isOutdated) return 0;
  await placeDecided(context, board, epochMs(now));
  const atMs = clock.monotonicMs();
  if (board.planner.waitingCount > 0 && atMs >= reasons.dueMs) {
    const isForNumbers = atMs >= reasons.numbersDueMs;
    reasons.dueMs = atMs + IDLE_MS;
    if (isForNumbers) reasons.numbersDueMs = atMs + NUMBERS_MS;
    await attempt(context.log, "recording reasons", () => recordReasons(context, board.planner, now, isForNumbers));
  }
  return isPreparing ? 0 : Math.min(IDLE_MS, Math.max(0, board.nextMs - epochMs(now)));
}

/** Works out what new requests need; true when there may be more of them. */
async function prepareNew(context: LoopContext, board: PlanBoard): Promise<boolean> {
  const { read } = context.store;
  const batch = PREPARE_BATCH + context.dynamicData.size;
  const unprepared = await read.unprepared(batch);
  if (unprepared.length === 0) return false;
  const surroundings = { workers: await read.workers(), layers: await read.layers() };
  // together, so that their commits are one; a fault with one must not hold up the others
  const prepared = await Promise.allSettled(unprepared.map((request) => prepare(context, request, surroundings)));
  for (const [index, result] of prepared.entries()) {
    if (result.status === "fulfilled") continue;
    const details = { err: result.reason as unknown, work_request_id: unprepared[index]?.id };
    context.log.error(details, "could not prepare a request; it is tried again");
  }
  board.prepared(unprepared.map(({ id }) => id));
  return unprepared.length === batch;
}

/** Decides what is to run now, and writes it down; together, so that the commits are one. */
async function placeDecided(context: LoopContext, board: PlanBoard, nowMs: number): Promise<void> {
  const { planner } = board;
  const decided = planner.decide(nowMs);
  const placed = await Promise.allSettled(
    // what was just placed has amounts
    decided.map(({ id, placement }) => place(context, id, placement, planner.amountsOf(id)!)),
  );
  for (const [index, { id }] of decided.entries()) {
    const result = placed[index]!; // one for each
    if (result.status === "fulfilled" && result.value) continue;
    const isFault = result.status === "rejected";
    if (isFault) context.log.error({ err: result.reason as unknown, work_request_id: id }, "could not place a request");
    board.notPlaced(id, isFault);
  }
}

/** A fault in one round must not end the loop: the next round starts from the database again. */
async function attempt(log: Log, what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.error({ err: error }, `${what} failed; it is tried again`);
  }
}

/** What the leading server itself brings about, or what changes nothing for planning. */
const OWN_KINDS: ReadonlySet<EventKind> = new Set(["allocated", "placed", "waiting", "started"]);

/** Remembers that something happened since the last wait. */
function wakeSignal(context: LoopContext) {
  let isDirty = true;
  let hasNewLayers = false;
  let notify: (() => void) | undefined;
  const stir = () => {
    isDirty = true;
    notify?.();
  };
  context.dynamicData.onAnswer(stir);
  const stop = context.live.listen({
    onEvents: (events) => {
      if (events.every(({ kind }) => OWN_KINDS.has(kind))) return;
      hasNewLayers ||= events.some(({ kind }) => kind === "layer_changed");
      stir();
    },
  });
  return {
    stop,
    /** Whether layers were changed since it was asked last: what was just being prepared may not have seen them. */
    areLayersTouched(): boolean {
      const is = hasNewLayers;
      hasNewLayers = false;
      return is;
    },
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
