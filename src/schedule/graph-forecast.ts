import type { WorkRequestId } from "../domain/ids.ts";
import type { TimeRange } from "./forecast.ts";

/** A request that has not ended. Seconds: what it is thought to take, in half and in nine of ten cases. */
export type OpenNode = {
  id: WorkRequestId;
  /** Only what has not ended counts. */
  dependencies: readonly WorkRequestId[];
  p50: number;
  p90: number;
  /** What the forecast of the queue says, of what waits or runs already. */
  known?: { start?: TimeRange; end?: TimeRange };
};

/** When the requests of a graph should start and end, and when all of them will have. */
export type GraphForecast = { byId: Map<WorkRequestId, { start: TimeRange; end: TimeRange }>; whole: TimeRange };

/**
 * When the requests of a graph will end: one after another along their dependencies, from where the forecast of the queue
 * leaves off, and all of them no sooner than so many at once can do the work (Graham's two bounds, 1966). Nodes come after
 * those that they depend on. The p90 of a chain adds up those of its requests, which is on the safe side.
 */
export function forecastGraph(nodes: readonly OpenNode[], atOnce: number, nowMs: number): GraphForecast {
  const byId: GraphForecast["byId"] = new Map();
  const work = { p50: 0, p90: 0 };
  const whole = { p50Ms: nowMs, p90Ms: nowMs };
  for (const { id, dependencies, known, ...seconds } of nodes) {
    const start = { p50Ms: known?.start?.p50Ms ?? nowMs, p90Ms: known?.start?.p90Ms ?? nowMs };
    for (const one of dependencies) {
      const before = byId.get(one)?.end;
      start.p50Ms = Math.max(start.p50Ms, before?.p50Ms ?? 0);
      start.p90Ms = Math.max(start.p90Ms, before?.p90Ms ?? 0);
    }
    const end = known?.end ?? { p50Ms: start.p50Ms + 1000 * seconds.p50, p90Ms: start.p90Ms + 1000 * seconds.p90 };
    byId.set(id, { start, end });
    work.p50 += seconds.p50;
    work.p90 += seconds.p90;
    whole.p50Ms = Math.max(whole.p50Ms, end.p50Ms);
    whole.p90Ms = Math.max(whole.p90Ms, end.p90Ms);
  }
  const places = Math.max(1, atOnce);
  whole.p50Ms = Math.max(whole.p50Ms, nowMs + (1000 * work.p50) / places);
  whole.p90Ms = Math.max(whole.p90Ms, nowMs + (1000 * work.p90) / places, whole.p50Ms);
  return { byId, whole };
}
