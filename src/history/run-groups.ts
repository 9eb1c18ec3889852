import type { HistoryEntry } from "../domain/history.ts";
import { summarizeFigure, type FigureSummary } from "./summary.ts";

/** Runs that have a worker, or a context, in common. */
export type RunGroup = {
  name: string;
  runs: number;
  /** Of these, by the work's fault. */
  failed: number;
  /** Absent where no run has the figure. */
  duration?: FigureSummary;
  memory?: FigureSummary;
};

/** Runs by their worker or context, that with most runs first; those without one are left out. Times are of runs that passed. */
export function runGroups(entries: readonly HistoryEntry[], by: "worker_name" | "context"): RunGroup[] {
  const named = entries.filter((entry) => (entry[by] ?? "") !== "");
  const groups = [...Map.groupBy(named, (entry) => entry[by] ?? "")].map(([name, own]): RunGroup => {
    const duration = summarizeFigure(
      own.filter(({ result }) => result === "success"),
      "duration",
    );
    const memory = summarizeFigure(own, "memory");
    return {
      name,
      runs: own.length,
      failed: own.filter(({ result }) => result === "failure").length,
      ...(duration !== undefined && { duration }),
      ...(memory !== undefined && { memory }),
    };
  });
  return groups.sort((a, b) => b.runs - a.runs || (a.name < b.name ? -1 : 1));
}
