import { epochMs, type Timestamp } from "./clock.ts";
import type { Run } from "./run.ts";
import type { WorkRequest } from "./work-request.ts";

/** Seconds until half of such runs are over and until nearly all are, and by how many it is late: longer than nearly all. */
export type TimeLeft = { low: number; high: number; late: number };

/**
 * What is left of a request that runs: as was forecast, else (nobody has forecast it yet) what its estimate leaves.
 * Undefined: it does not run, or no run like it has ended.
 */
export function timeLeft(request: WorkRequest, run: Run | undefined, nowMs: number): TimeLeft | undefined {
  if (request.status !== "running") return undefined;
  const { end, overdue_seconds: late = 0 } = request.expected ?? {};
  const secondsTo = (at: Timestamp) => (epochMs(at) - nowMs) / 1000;
  if (end !== undefined) return { low: secondsTo(end.p50), high: secondsTo(end.p90), late };
  const predicted = (run?.estimate ?? request.estimate)?.duration;
  const elapsed = elapsedSeconds(request, run, nowMs);
  if (predicted === undefined || elapsed === undefined) return undefined;
  return { low: predicted.p50 - elapsed, high: predicted.p95 - elapsed, late: Math.max(0, elapsed - predicted.p95) };
}

/** Of the run that goes on, 0 before its start; not known of a second one that is not at hand. */
function elapsedSeconds(request: WorkRequest, run: Run | undefined, nowMs: number): number | undefined {
  if (run === undefined && request.run_count > 1) return undefined;
  const start = run === undefined ? request.started_at : run.started_at;
  return start === null ? 0 : Math.max(0, nowMs - epochMs(start)) / 1000;
}
