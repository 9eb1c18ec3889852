import type { EventKind } from "../../domain/event.ts";
import { sweepArtifacts } from "./artifacts.ts";
import { attempt } from "./attempt.ts";
import type { Leadership } from "../store/store.ts";
import type { LoopContext } from "./context.ts";
import { deliver } from "./deliveries.ts";
import { expire } from "./expire.ts";
import { extendLeases, LeaseWatch } from "./lost-runs.ts";
import { pause } from "./pause.ts";
import { LeadLost } from "./planning/place.ts";
import { Rounds } from "./planning/rounds.ts";
import { reviveServerTasks, stopServerTasks } from "./server-tasks.ts";
import { keepStatesComplete } from "./rebuild-estimates.ts";
import { keepSchedules } from "./due-schedules.ts";
import { sweepHistories } from "./sweep-histories.ts";

/** How long changes are gathered before planning, and how long nothing may happen before it is done anyway. */
const GATHER_MS = 5;
const IDLE_MS = 1_000;
const HOUSEKEEPING_MS = 60_000;
/** How long a server that does not lead waits before it tries again. */
const STANDBY_MS = 2_000;

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
    await reviveServerTasks(context);
    const ended = AbortSignal.any([signal, lead.lost]);
    await Promise.all([
      leadUntilStopped(context, lead, ended),
      keepStatesComplete(context, ended),
      keepSchedules(context, ended),
      sweepArtifacts(context, ended),
      sweepHistories(context, ended),
      deliver(context, ended),
    ]);
  } finally {
    stopServerTasks(context.serverTasks);
    await lead.release();
  }
}

async function leadUntilStopped(context: LoopContext, lead: Leadership, signal: AbortSignal): Promise<void> {
  const wake = wakeSignal(context);
  const kept = { leases: new LeaseWatch(context), housekeepingMs: 0 };
  const giveUpLost = async (error: unknown) => {
    if (error instanceof LeadLost) await lead.release(); // which ends all that is done as the leader
    throw error;
  };
  try {
    // ends: when the signal is given; each pass begins anew, because a fault leaves doubt in what is in memory
    while (!signal.aborted) {
      const rounds = new Rounds(context, kept.leases, lead);
      await attempt(context.log, "planning", () => planFrom(context, rounds, wake, kept, signal).catch(giveUpLost));
      rounds.close();
      if (!rounds.isOutdated) await pause(IDLE_MS, signal);
    }
  } finally {
    wake.stop();
  }
}

/** Plans round after round until the signal is given, what is in memory is outdated, or something fails. */
async function planFrom(
  context: LoopContext,
  rounds: Rounds,
  wake: ReturnType<typeof wakeSignal>,
  kept: { housekeepingMs: number },
  signal: AbortSignal,
): Promise<void> {
  const { clock, log } = context;
  await rounds.begin();
  // ends: when the signal is given, or what is in memory is outdated
  while (!signal.aborted && !rounds.isOutdated) {
    if (wake.areLayersTouched()) await context.store.transaction((tx) => tx.forgetAllAllocations());
    const waitMs = await rounds.round();
    if (clock.monotonicMs() >= kept.housekeepingMs) {
      kept.housekeepingMs = clock.monotonicMs() + HOUSEKEEPING_MS;
      await attempt(log, "housekeeping", () => expire(context));
    }
    await wake.wait(rounds.isTouched ? 0 : waitMs, signal);
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
  context.plans.onAnswer(stir);
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
