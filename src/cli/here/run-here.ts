import { basename } from "node:path";
import type { HistoryEntry } from "../../domain/history.ts";
import { resultOf, type Outcome } from "../../domain/outcome.ts";
import type { HistoryKey } from "../../domain/task.ts";
import { formatDuration } from "../../domain/units.ts";
import type { Comparison } from "../../history/comparison.ts";
import type { EndedRun } from "../../worker/run/run-spec.ts";
import type { Cli } from "../cli.ts";
import type { ExitCode } from "../exit-code.ts";
import { exitCodeOfOutcome } from "./exit-code-of-outcome.ts";
import type { RunHereOptions } from "./here-options.ts";
import { writeReport } from "./write-report.ts";

/**
 * Runs the command here with our own terminal, keeps the run in the local history, says how it compares, and gives
 * the command's own exit code. A history that cannot be written is told, and changes nothing else.
 */
export async function runHere(cli: Cli, options: RunHereOptions, command: readonly string[]): Promise<ExitCode> {
  const { measure } = await import("../../worker/measure/measure.ts");
  const running = measure(command);
  // Loaded while the command runs.
  const [{ keepRun }, ended] = await Promise.all([import("./keep-run.ts"), running]);
  const code = exitCodeOfOutcome(ended.outcome);
  if (ended.outcome.kind === "start_failed") {
    for (const { message } of ended.outcome.errors) writeReport(`almanac: ${message}\n`, undefined);
    return code;
  }
  try {
    const key = keyOf(options, command);
    const { entry, comparison } = keepRun(cli, options, key, entryOf(cli, key, ended));
    const report =
      options.json === true
        ? `${JSON.stringify({ entry, comparison, exit_code: code })}\n`
        : `almanac: ${sentenceOf(ended, comparison)}\n`;
    writeReport(report, options.output);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    writeReport(`almanac: this run was not kept in the local history: ${reason}\n`, undefined);
  }
  return code;
}

/** By default the command's name, the name of the directory, and the architecture. */
function keyOf(options: RunHereOptions, command: readonly string[]): HistoryKey {
  return {
    task_type: "worker",
    task_name: options.task ?? basename(command[0] ?? ""),
    subject: options.subject ?? basename(process.cwd()),
    context: options.context ?? process.arch,
  };
}

function entryOf(cli: Cli, key: HistoryKey, ended: EndedRun): Omit<HistoryEntry, "id"> {
  const { runtime_statistics, measurement } = ended;
  const outcome = isInterrupt(ended.outcome) ? ({ kind: "aborted", by: "user" } as const) : ended.outcome;
  const { cpu_user_ms, cpu_system_ms } = measurement;
  return {
    ...key,
    completed_at: new Date(cli.nowMs()).toISOString(),
    result: resultOf(outcome) ?? "skipped", // ended by hand: neither good nor bad
    outcome,
    runtime_statistics,
    duration_ms: measurement.duration_ms,
    ...(cpu_user_ms !== undefined && cpu_system_ms !== undefined && { cpu_time_ms: cpu_user_ms + cpu_system_ms }),
    lower_bounds: measurement.lower_bounds,
    trusted: true,
    origin: "run",
  };
}

function sentenceOf({ outcome, measurement }: EndedRun, comparison: Comparison): string {
  if (!isInterrupt(outcome)) return comparison.sentence;
  return `interrupted after ${formatDuration(measurement.duration_ms / 1000)}; it does not count`;
}

/** Ctrl-C: the person's wish, and no fault of the work. */
function isInterrupt(outcome: Outcome): boolean {
  return outcome.kind === "signalled" && outcome.signal === "SIGINT";
}
