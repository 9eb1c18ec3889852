import { VERSION } from "../client/version.ts";
import type { DetectedMeter } from "./measure/detect.ts";
import type { WorkerLog } from "./worker-log.ts";

/** Begins the log of a worker process. */
export function tellStart(log: WorkerLog, url: string): void {
  log.info({ version: VERSION, process: process.pid, server: url }, "started");
}

/**
 * Says how runs are measured and what speaks against a better way, as far as `almanac doctor` would: a warning only where
 * it is the worst, for a better way that is not there is no fault.
 */
export function tellFindings(log: WorkerLog, { meter, findings }: DetectedMeter): void {
  for (const { name, ok, detail, advice } of findings) {
    if (name === "measuring") {
      const tell = meter.method === "proc" ? log.warn : log.info;
      tell(advice === undefined ? {} : { advice }, `measures ${detail}`);
    } else if (!ok || (name === "stale cgroups" && detail !== "none")) {
      log.info(advice === undefined ? {} : { advice }, `${name}: ${detail}`);
    }
  }
}
