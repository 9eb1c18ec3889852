import type { Run } from "../domain/run.ts";
import { metricValue, type Metric } from "./metric.ts";

/**
 * What a run used so far, or in all: seconds with fractions where the measurement has them, or bytes; undefined where it
 * was not measured.
 */
export function runFigure(run: Run, metric: Metric): number | undefined {
  const { measurement, outcome, runtime_statistics } = run;
  const { cpu_user_ms: user, cpu_system_ms: system } = measurement ?? {};
  return metricValue(
    {
      outcome: outcome ?? { kind: "exited", code: 0 }, // not read; it has none while it goes on
      runtime_statistics,
      lower_bounds: measurement?.lower_bounds ?? [],
      ...(measurement !== null && { duration_ms: measurement.duration_ms }),
      ...(user !== undefined && system !== undefined && { cpu_time_ms: user + system }),
    },
    metric,
  );
}

/** True where the run needed at least so much, and nobody knows how much more. */
export function isRunLowerBound(run: Run, metric: Metric): boolean {
  return run.measurement?.lower_bounds.includes(metric) === true;
}
