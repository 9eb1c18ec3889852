import type { ImportedEntry } from "../../contract/history-entries.ts";
import { isCutShort, resultOf, type Outcome } from "../../domain/outcome.ts";
import type { MeasuredFigure, RuntimeStatistics } from "../../domain/runtime-statistics.ts";
import { MEASURED_FIGURES } from "../../domain/runtime-statistics.ts";

/** What was measured, in the units of the source: milliseconds and bytes; absent where it was not. */
export type Figures = {
  duration_ms?: number | undefined;
  cpu_time_ms?: number | undefined;
  memory?: number | undefined;
  disk_space?: number | undefined;
};

/**
 * The figures as an entry keeps them. Memory and disk of 0 mean that nothing was measured; of a run that was cut
 * short every figure is a lower bound.
 */
export function figuresOf(
  outcome: Outcome,
  figures: Figures,
): Pick<ImportedEntry, "runtime_statistics" | "lower_bounds" | "duration_ms" | "cpu_time_ms"> {
  const { duration_ms, cpu_time_ms, memory, disk_space } = figures;
  const statistics: RuntimeStatistics = {
    ...(duration_ms !== undefined && { duration: Math.round(duration_ms / 1000) }),
    ...(cpu_time_ms !== undefined && { cpu_time: Math.round(cpu_time_ms / 1000) }),
    ...(isUsed(memory) && { memory }),
    ...(isUsed(disk_space) && { disk_space }),
  };
  return {
    runtime_statistics: statistics,
    ...(duration_ms !== undefined && { duration_ms: Math.round(duration_ms) }),
    ...(cpu_time_ms !== undefined && { cpu_time_ms: Math.round(cpu_time_ms) }),
    lower_bounds: isCutShort(outcome) ? measuredOf(statistics) : [],
  };
}

/** The figures that a run has, of those that can be cut short. */
function measuredOf(statistics: RuntimeStatistics): MeasuredFigure[] {
  return MEASURED_FIGURES.filter((figure) => statistics[figure] !== undefined);
}

function isUsed(bytes: number | undefined): bytes is number {
  return bytes !== undefined && bytes > 0;
}

/** The result of a run that ended so; an aborted one, which has none, must not get here. */
export function resultOrError(outcome: Outcome): ImportedEntry["result"] {
  return resultOf(outcome) ?? "error";
}

/** Names of the signals by their numbers on Linux (x86, ARM). */
const SIGNALS: Record<number, string> = {
  1: "SIGHUP",
  2: "SIGINT",
  3: "SIGQUIT",
  4: "SIGILL",
  5: "SIGTRAP",
  6: "SIGABRT",
  7: "SIGBUS",
  8: "SIGFPE",
  9: "SIGKILL",
  10: "SIGUSR1",
  11: "SIGSEGV",
  12: "SIGUSR2",
  13: "SIGPIPE",
  14: "SIGALRM",
  15: "SIGTERM",
  24: "SIGXCPU",
  25: "SIGXFSZ",
  31: "SIGSYS",
};

/** The end by a signal of this number. */
export function signalled(number: number): Outcome {
  return { kind: "signalled", signal: SIGNALS[number] ?? `signal ${number}` };
}

/** The end that a shell's exit code tells of: above 128 it stands for a signal. */
export function exitedFromShell(code: number): Outcome {
  return code > 128 && code - 128 in SIGNALS ? signalled(code - 128) : { kind: "exited", code };
}
