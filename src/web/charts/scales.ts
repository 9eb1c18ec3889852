import { scaleLinear } from "d3-scale";
import type { MeasuredFigure } from "../../domain/runtime-statistics.ts";
import { formatBytes, formatCores, formatDuration } from "../../domain/units.ts";

/** What an axis counts: bytes, seconds or cores. */
export type Unit = "bytes" | "seconds" | "cores";

/** The unit of a measured figure. */
export function unitOf(figure: MeasuredFigure): Unit {
  return figure === "memory" || figure === "disk_space" ? "bytes" : "seconds";
}

/** An amount as people read it. */
export function formatIn(unit: Unit, amount: number): string {
  if (unit === "bytes") return formatBytes(amount);
  return unit === "seconds" ? formatDuration(amount) : formatCores(amount);
}

const SECOND_STEPS = [1, 60, 3600, 86_400];

/** Ticks that are round in the unit that people would use at that size: 512 MiB, 2 h. */
export function roundTicks(unit: Unit, max: number, count: number): number[] {
  const size = sizeFor(unit, max);
  return scaleLinear([0, max / size], [0, 1])
    .ticks(count)
    .map((tick) => tick * size);
}

function sizeFor(unit: Unit, max: number): number {
  if (unit === "bytes") return 1024 ** Math.max(0, Math.min(5, Math.floor(Math.log2(Math.max(1, max)) / 10)));
  if (unit === "seconds") return SECOND_STEPS.findLast((step) => max >= 2 * step) ?? 1;
  return 1;
}
