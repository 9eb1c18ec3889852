import type { Timestamp } from "../../../domain/clock.ts";
import { Planner } from "../../../schedule/planner.ts";
import type { GoingRow, RunFigures } from "../../store/store.ts";
import type { LoopContext } from "../context.ts";
import { knownSpeeds } from "./speeds.ts";
import { fleetWorker, goingRun, type TokenShares } from "./rows.ts";

/** Brings the planner's workers up to date with the database; gives the figures of the runs that go on. */
export async function readFleet(context: LoopContext, planner: Planner, now: Timestamp): Promise<RunFigures[]> {
  const { read } = context.store;
  const [workers, figures, speeds] = await Promise.all([read.workers(), read.runFigures(), knownSpeeds(context)]);
  const byWorker = Map.groupBy(figures, (run) => run.worker_name);
  const named = new Set(workers.map(({ worker_name }) => worker_name));
  for (const name of planner.workerNames()) if (!named.has(name)) planner.removeWorker(name);
  for (const row of workers) {
    const runs = byWorker.get(row.worker_name) ?? [];
    planner.setWorker(fleetWorker(row, runs, speeds, now, context.settings.leaseMs));
  }
  return figures;
}

/** Takes in the runs that the planner does not know. */
export async function takeRuns(
  context: LoopContext,
  planner: Planner,
  runs: readonly GoingRow[],
  shares: TokenShares,
): Promise<void> {
  const strangers = runs.filter((run) => planner.workerOf(run.work_request_id) === undefined);
  const rows = await context.store.read.planRows(strangers.map((run) => run.work_request_id));
  const byId = new Map(rows.map((row) => [row.id, row]));
  for (const run of strangers) {
    const row = byId.get(run.work_request_id);
    // it may have ended meanwhile: then an event of it is on its way
    if (row?.status !== "running" || !planner.hasWorker(run.worker_name)) continue;
    planner.removeRequest(row.id);
    planner.addRun(goingRun(run, row, shares));
  }
}

/** A planner that knows what goes on, and nothing that waits: for a server that does not lead. */
export async function plannerOfGoing(context: LoopContext, shares: TokenShares, now: Timestamp): Promise<Planner> {
  const planner = new Planner();
  await readFleet(context, planner, now);
  await takeRuns(context, planner, await context.store.read.goingRuns(), shares);
  return planner;
}
