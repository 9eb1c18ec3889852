import { epochMs, type Timestamp } from "../../domain/clock.ts";
import type { SpareWorkers } from "../../domain/waste.ts";
import { spareWorkers, type HeldRun } from "../../schedule/spare-workers.ts";
import type { StoreReader } from "../store/store.ts";
import type { LoopContext } from "./context.ts";
import { workerOf } from "./workers.ts";

type Reservation = Awaited<ReturnType<StoreReader["pastReservations"]>>[number];

/** The most runs of ended requests, and of running ones, that one answer looks at. */
const MOST_RUNS = 10_000;

/**
 * Which workers could go, by what was reserved since a moment. Read are the runs of requests that ended last, and of those
 * that run: what was reserved is known whole from the end of the oldest of them on, and no farther does it look.
 */
export async function spareWorkersSince(
  { store: { read }, settings }: Pick<LoopContext, "store" | "settings">,
  asked: Timestamp,
): Promise<SpareWorkers> {
  const [now, rows, past, present] = await Promise.all([
    read.now(),
    read.workers(),
    read.pastReservations(asked, MOST_RUNS),
    read.presentReservations(MOST_RUNS),
  ]);
  const isCut = past.length === MOST_RUNS;
  const since = isCut ? (past.at(-1)?.completed_at ?? asked) : asked;
  const [fromMs, untilMs] = [epochMs(since), epochMs(now)];
  const runs = [...past, ...present].flatMap((run) => heldRun(run, fromMs, untilMs));
  const workers = rows.map((row) => workerOf(row, now, settings.leaseMs)).filter(({ state }) => state === "online");
  const { spare, fits, busyMs } = spareWorkers(runs, workers);
  return {
    since,
    until: now,
    is_cut: isCut || present.length === MOST_RUNS,
    runs: runs.length,
    busy_seconds: Math.round(busyMs / 1000),
    workers: workers.length,
    spare: spare.toSorted((a, b) => a.localeCompare(b, "en", { numeric: true })),
    fits,
  };
}

/** What it held within the span; nothing where that is no time at all. */
function heldRun({ assigned_at, ended_at, ...run }: Reservation, fromMs: number, untilMs: number): HeldRun[] {
  const { memory, disk_space, cpu_count, task_name, tags } = run;
  const span = {
    fromMs: Math.max(fromMs, epochMs(assigned_at)),
    untilMs: ended_at === null ? untilMs : Math.min(untilMs, epochMs(ended_at)),
  };
  if (span.untilMs <= span.fromMs) return [];
  return [{ ...span, task_name, tags, amounts: { memory, disk_space, cpu_count } }];
}
