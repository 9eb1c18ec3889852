import type { MeasuredFigure, Measurement, MeasureMethod, RuntimeStatistics } from "../../domain/runtime-statistics.ts";
import { withoutAbsent } from "./without-absent.ts";

/** The fixed statistics of a measurement: whole seconds and bytes, absent where it has no figure. */
export function statisticsOf(measurement: Measurement): RuntimeStatistics {
  const { cpu_user_ms, cpu_system_ms } = measurement;
  const cpuMs = cpu_user_ms === undefined || cpu_system_ms === undefined ? undefined : cpu_user_ms + cpu_system_ms;
  return withoutAbsent({
    duration: Math.round(measurement.duration_ms / 1000),
    cpu_time: cpuMs === undefined ? undefined : Math.round(cpuMs / 1000),
    memory: measurement.memory_bytes,
    disk_space: measurement.disk_bytes,
  });
}

/** The measurement of a run that never started. */
export function notMeasured(method: MeasureMethod): Measurement {
  return { method, duration_ms: 0, lower_bounds: [] };
}

/**
 * Marks what was cut short.
 * @param isCutShort the run did not come to its own end: all it used is the least that it needs
 * @param isShortOfMemory something in it was killed for memory: at least its memory is a lower bound
 */
export function withLowerBounds(measurement: Measurement, isCutShort: boolean, isShortOfMemory: boolean): Measurement {
  const statistics = statisticsOf(measurement);
  const figures: MeasuredFigure[] = ["duration", "cpu_time", "memory", "disk_space"];
  const isBound = (figure: MeasuredFigure): boolean =>
    statistics[figure] !== undefined && (isCutShort || (isShortOfMemory && figure === "memory"));
  return { ...measurement, lower_bounds: figures.filter((figure) => isBound(figure)) };
}
