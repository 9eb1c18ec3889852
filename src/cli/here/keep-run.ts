import { hostname } from "node:os";
import { findHome, homePaths, makeHome } from "../../client/home.ts";
import type { HistoryEntry } from "../../domain/history.ts";
import type { HistoryKey } from "../../domain/task.ts";
import { compareRun, type Comparison } from "../../history/comparison.ts";
import { openLocalHistory } from "../../server/store/local-history.ts";
import { cpuModel } from "../../worker/measure/machine.ts";
import type { Cli } from "../cli.ts";
import type { RunHereOptions } from "./here-options.ts";

/** With how many earlier runs one is compared. */
const COMPARED_RUNS = 200;

/** Keeps a run in the local history and compares it with those before it. Throws SQLite's errors. */
export function keepRun(
  cli: Cli,
  options: RunHereOptions,
  key: HistoryKey,
  run: Omit<HistoryEntry, "id">,
): { entry: HistoryEntry; comparison: Comparison } {
  const home = findHome(options.home, cli.env);
  makeHome(home);
  // Not closed: the process is about to end, and the last to close moves the log into the file (two syncs, 1 to 8 ms).
  const history = openLocalHistory(homePaths(home).databaseFile);
  const earlier = history.recent(key, COMPARED_RUNS);
  const entry = { ...run, worker_name: hostname(), cpu_model: cpuModel() };
  const id = history.append(entry);
  return { entry: { ...entry, id }, comparison: compareRun(run, earlier) };
}
