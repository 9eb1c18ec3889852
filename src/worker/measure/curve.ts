import type { Curve } from "../../domain/runtime-statistics.ts";

/** One look at a run, as the curve keeps it. */
export type CurvePoint = { at_ms: number; memory: number; cpu_millicores: number; disk_space: number };

/** Fewer than the 600 allowed: 300 points are drawn as well, and take some seven kilobytes as JSON. */
const MOST_POINTS = 300;

/**
 * Keeps a run's figures over time in a bounded number of points. When it is full, neighbours are merged by
 * peak and later points must lie twice as far apart, so a run of any length costs the same.
 */
export class CurveKeeper {
  #points: CurvePoint[] = [];
  #spacingMs = 0;
  #open: CurvePoint | undefined;

  add(point: CurvePoint): void {
    this.#open = this.#open === undefined ? point : merged(this.#open, point, this.#lastClosedMs());
    if (point.at_ms - this.#lastClosedMs() < this.#spacingMs) return;
    this.#points.push(this.#open);
    this.#open = undefined;
    if (this.#points.length >= MOST_POINTS) this.#halve();
  }

  /** The curve so far, the point still being filled included. */
  curve(): Curve {
    const points = this.#open === undefined ? this.#points : [...this.#points, this.#open];
    return {
      at_ms: points.map((point) => Math.round(point.at_ms)),
      memory: points.map((point) => Math.round(point.memory)),
      cpu_millicores: points.map((point) => Math.round(point.cpu_millicores)),
      disk_space: points.map((point) => Math.round(point.disk_space)),
    };
  }

  #lastClosedMs(): number {
    return this.#points.at(-1)?.at_ms ?? 0;
  }

  #halve(): void {
    const points = this.#points;
    const half: CurvePoint[] = [];
    for (let index = 0; index + 1 < points.length; index += 2) {
      half.push(merged(points[index]!, points[index + 1]!, points[index - 1]?.at_ms ?? 0));
    }
    this.#points = half;
    this.#spacingMs = (half.at(-1)!.at_ms / half.length) * 0.99; // the timer is late, never early
  }
}

/** The later moment, the larger amounts, and the CPU use of both by their lengths. */
function merged(first: CurvePoint, second: CurvePoint, beginMs: number): CurvePoint {
  const lengthMs = second.at_ms - beginMs;
  const firstShare = lengthMs <= 0 ? 0 : (first.at_ms - beginMs) / lengthMs;
  return {
    at_ms: second.at_ms,
    memory: Math.max(first.memory, second.memory),
    cpu_millicores: first.cpu_millicores * firstShare + second.cpu_millicores * (1 - firstShare),
    disk_space: Math.max(first.disk_space, second.disk_space),
  };
}
