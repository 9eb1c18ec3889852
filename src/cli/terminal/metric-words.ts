import type { Metric } from "../../history/metric.ts";

/** What each figure is called in a terminal. */
export const METRIC_WORDS: Record<Metric, string> = {
  duration: "time",
  cpu_time: "cpu time",
  memory: "memory",
  disk_space: "disk",
};
