import type { Curve } from "../domain/runtime-statistics.ts";
import { quantile } from "./summary.ts";

/** Between which amounts most runs lay, at moments since their start; all lists are as long. */
export type CurveBand = { at_ms: number[]; low: number[]; high: number[]; runs: number };

/** A band of fewer runs would say more than is known. */
const LEAST_RUNS = 3;
const STEPS = 60;

/**
 * The 10th and 90th percentile of what runs used, at the same time after their start: of those that still went on then, and
 * only for as long as half of them did. Undefined for fewer than three. `pick` chooses the figure.
 */
export function curveBand(curves: readonly Curve[], pick: (curve: Curve) => readonly number[]): CurveBand | undefined {
  const drawn = curves.filter(({ at_ms }) => at_ms.length > 1);
  if (drawn.length < LEAST_RUNS) return undefined;
  const ends = drawn.map(({ at_ms }) => at_ms.at(-1) ?? 0).sort((a, b) => a - b);
  const end = quantile(ends, 0.5);
  const band: CurveBand = { at_ms: [], low: [], high: [], runs: drawn.length };
  for (let step = 0; step <= STEPS; step += 1) {
    const at = (end * step) / STEPS;
    const values = drawn
      .flatMap((curve) => pick(curve)[curve.at_ms.findIndex((moment) => moment >= at)] ?? [])
      .sort((a, b) => a - b);
    band.at_ms.push(at);
    band.low.push(quantile(values, 0.1));
    band.high.push(quantile(values, 0.9));
  }
  return band;
}
