import { formatBytes } from "../domain/units.ts";
import type { WorkerLog } from "./worker-log.ts";

/** Of what the worker may give to runs: less than this free is told of, and it is told of again after twice as much was. */
const LOW_SHARE = 0.05;
const LEAST_LOW_BYTES = 256 * 1024 ** 2;

/** Tells when the worker's disk is nearly full, and when it is not any more. To be called with each look, free bytes. */
export function diskWarning(log: WorkerLog, capacityBytes: number): (freeBytes: number | undefined) => void {
  const lowBytes = Math.max(capacityBytes * LOW_SHARE, LEAST_LOW_BYTES);
  let isLow = false;
  return (freeBytes) => {
    if (freeBytes === undefined) return;
    if (!isLow && freeBytes < lowBytes) {
      isLow = true;
      const [free, all] = [formatBytes(freeBytes), formatBytes(capacityBytes)];
      log.warn({}, `the disk is nearly full: ${free} is free of the ${all} that runs may be given`);
    } else if (isLow && freeBytes >= 2 * lowBytes) {
      isLow = false;
      log.info({}, `the disk has room again: ${formatBytes(freeBytes)} is free`);
    }
  };
}
