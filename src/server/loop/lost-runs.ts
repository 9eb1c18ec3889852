import { epochMs, timestamp, type Timestamp } from "../../domain/clock.ts";
import type { LeasedRun, StoreTransaction } from "../store/store.ts";
import type { LoopContext } from "./context.ts";
import { finishRun, type Ending } from "./finish-run.ts";

/** The end of a run whose worker is silent. */
export function lostEnding(run: LeasedRun, now: Timestamp): Ending {
  return {
    ended_at: now,
    outcome: { kind: "worker_lost" },
    runtime_statistics: {},
    outputs: run.outputs,
    log: run.log,
  };
}

/** A server that was away gives its workers the time of one lease to be heard again. */
export async function extendLeases(context: LoopContext): Promise<void> {
  await context.store.transaction(async (tx) => {
    await tx.extendAllLeases(timestamp(epochMs(await tx.now()) + context.settings.leaseMs));
  });
}

/** The database's clock less the monotonic one, milliseconds: between these two, because asking takes time. */
type Offset = { lowMs: number; highMs: number };

/** Clocks that differ by more than this part of a lease were set; workers end their runs earlier by more than that. */
const SET_CLOCK_SHARE = 1 / 20;
/** A server that has not looked for this part of a lease, and for longer than it ever waits, may have heard nobody. */
const AWAY_SHARE = 1 / 2;
const USUAL_MS = 2_000;

/**
 * Gives up the runs of silent workers. A lease that is over by the clock says that its worker was silent only if the
 * clock was not set meanwhile and the server was there to hear it: so each look compares the database's clock with
 * the monotonic one, and with the look before. To be made when a server begins to lead, and kept while it leads.
 */
export class LeaseWatch {
  readonly #context: LoopContext;
  #offset: Offset | undefined;
  #lookedMs: number | undefined;

  constructor(context: LoopContext) {
    this.#context = context;
  }

  /** Gives up the runs whose lease has run out; each in a transaction of its own. */
  async giveUpExpired(): Promise<void> {
    const { store, log } = this.#context;
    const now = await this.#look();
    for (const run of await store.read.expiredRuns(now)) {
      const isLost = await store.transaction((tx) => this.#giveUp(tx, run, now));
      if (isLost) log.warn({ run_id: run.id, worker_name: run.worker_name }, "gave up a run: its worker is silent");
    }
  }

  /** Compared with the time of the look: the clock may be set before the next one. */
  async #giveUp(tx: StoreTransaction, { id }: LeasedRun, now: Timestamp): Promise<boolean> {
    const run = await tx.run(id);
    if (run === undefined || run.state === "ended" || run.lease_expires_at > now) return false;
    await finishRun(this.#context, tx, run, lostEnding(run, now));
    return true;
  }

  /** The database's time; what leases are worth by it is put right first. */
  async #look(): Promise<Timestamp> {
    const { store, clock, settings, log } = this.#context;
    const beforeMs = clock.monotonicMs();
    const now = await store.read.now();
    const offset = { lowMs: epochMs(now) - clock.monotonicMs(), highMs: epochMs(now) - beforeMs };
    const setByMs = changeOf(this.#offset, offset);
    const awayMs = beforeMs - (this.#lookedMs ?? beforeMs);
    this.#lookedMs = beforeMs;
    this.#offset = offset;
    if (Math.abs(setByMs) > settings.leaseMs * SET_CLOCK_SHARE) {
      log.warn({ set_by_ms: Math.round(setByMs) }, "the clock was set: all leases begin anew");
      await this.#beginAnew(setByMs);
    } else if (awayMs > settings.leaseMs * AWAY_SHARE + USUAL_MS) {
      log.warn({ away_ms: Math.round(awayMs) }, "the server was held up: all leases are extended");
      await extendLeases(this.#context);
    }
    return now;
  }

  /** Leases count from now; workers were last seen as long ago as before the clock was set. */
  async #beginAnew(setByMs: number): Promise<void> {
    const { store, settings } = this.#context;
    await store.transaction(async (tx) => {
      const nowMs = epochMs(await tx.now());
      await tx.resetAllLeases(timestamp(nowMs + settings.leaseMs));
      for (const { worker_name } of await tx.workers()) {
        const worker = await tx.lockWorker(worker_name);
        if (worker === undefined) continue;
        const seenMs = Math.min(nowMs, epochMs(worker.last_seen_at) + setByMs);
        await tx.upsertWorker({ ...worker, last_seen_at: timestamp(seenMs) });
      }
    });
  }
}

/** By how much the clock was set at least; 0 when it need not have been. */
function changeOf(before: Offset | undefined, now: Offset): number {
  if (before === undefined) return 0;
  if (now.lowMs > before.highMs) return now.lowMs - before.highMs;
  return now.highMs < before.lowMs ? now.highMs - before.lowMs : 0;
}
