import type { Database, Engine } from "./engine.ts";
import {
  activeRuns,
  expiredRuns,
  goingRuns,
  heldRuns,
  runById,
  runFigures,
  runLoads,
  runningRequests,
  workerLoads,
} from "./statements/active-runs.ts";
import { predictedRuns, runCurves } from "./statements/past-runs.ts";
import { pastReservations, presentReservations } from "./statements/reservations.ts";
import { extendAllLeases, renewLeases, resetAllLeases } from "./statements/renew-leases.ts";
import { runsInFlight } from "./statements/runs-in-flight.ts";
import { runsInErrorSince } from "./statements/runs-in-error.ts";
import { outcomesOn, runsOn } from "./statements/runs-on.ts";
import { reviveLostRun, updateRun } from "./statements/update-run.ts";
import type { NewRun, StoreReader, StoreTransaction } from "./store.ts";
import { RUN_COLUMNS } from "./tables.ts";

type RunReader = Pick<
  StoreReader,
  | "run"
  | "runsOf"
  | "runsOn"
  | "outcomesOn"
  | "runsInErrorSince"
  | "activeRuns"
  | "runningRequests"
  | "workerLoads"
  | "runLoads"
  | "heldRuns"
  | "runFigures"
  | "goingRuns"
  | "expiredRuns"
  | "runsInFlight"
  | "predictedRuns"
  | "runCurves"
  | "pastReservations"
  | "presentReservations"
>;
type RunWriter = Pick<
  StoreTransaction,
  "insertRun" | "updateRun" | "renewLeases" | "extendAllLeases" | "resetAllLeases" | "reviveLostRun"
>;

/** What can be asked about runs. */
export function runReader(db: Database, engine: Engine): RunReader {
  return {
    run: (id) => runById(db, id),
    // Served by the unique index on request and attempt.
    runsOf: (id) =>
      db.selectFrom("runs").select(RUN_COLUMNS).where("work_request_id", "=", id).orderBy("attempt").execute(),
    runsOn: (worker, span, limit) => runsOn(db, worker, span, limit),
    outcomesOn: (worker, span, limit) => outcomesOn(db, worker, span, limit),
    runsInErrorSince: (since) => runsInErrorSince(db, since),
    activeRuns: (worker) => activeRuns(db, worker),
    runningRequests: (limit) => runningRequests(db, limit),
    workerLoads: () => workerLoads(db),
    runLoads: (worker) => runLoads(db, worker),
    heldRuns: (worker) => heldRuns(db, worker),
    runFigures: (ids) => runFigures(db, ids),
    goingRuns: () => goingRuns(db),
    expiredRuns: (now) => expiredRuns(db, now),
    runsInFlight: (task, limit) => runsInFlight(db, task, limit),
    predictedRuns: (ids) => predictedRuns(db, engine, ids),
    runCurves: (ids) => runCurves(db, engine, ids),
    pastReservations: (since, limit) => pastReservations(db, since, limit),
    presentReservations: (limit) => presentReservations(db, limit),
  };
}

/** What a transaction can do to runs. */
export function runWriter(db: Database, engine: Engine): RunWriter {
  return {
    insertRun: (run) => insertRun(db, engine, run),
    updateRun: (id, leaseToken, patch) => updateRun(db, id, leaseToken, patch),
    renewLeases: (leases, until) => renewLeases(db, leases, until),
    extendAllLeases: (until) => extendAllLeases(db, until),
    resetAllLeases: (until) => resetAllLeases(db, until),
    reviveLostRun: (id, leaseToken, patch) => reviveLostRun(db, id, leaseToken, patch),
  };
}

/** What a run has before it has begun. */
export const nothingYet = { runtime_statistics: {}, outputs: [], log: { size: 0, cut_bytes: 0 } };

async function insertRun(db: Database, engine: Engine, run: NewRun): Promise<void> {
  await db
    .insertInto("runs")
    .values({ ...run, ...nothingYet, state: "assigned", assigned_at: engine.now })
    .execute();
}
