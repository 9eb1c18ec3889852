import { startRun } from "../run/start-run.ts";
import type { EndedRun, OutputSink, RunHandle, RunLimits } from "../run/run-spec.ts";
import { detectMeter } from "./detect.ts";
import type { Meter } from "./meter.ts";

/** How to run and measure a command. */
export type MeasureOptions = {
  /** Working directory. Default: the current one. */
  cwd?: string;
  /** The whole environment of the command. Default: ours. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Memory and disk in bytes, duration in seconds, processes. Default: none. */
  limits?: RunLimits;
  /**
   * `inherit` (default): the command has our input, output, terminal and signals; `ignore`: what it writes is
   * dropped; or a sink that gets it.
   */
  output?: "inherit" | "ignore" | OutputSink;
  /** A directory whose disk use is measured and limited. Default: disk is not measured. */
  watchDirectory?: string;
  /** Between SIGTERM and SIGKILL for a run that is ended, milliseconds. Default: 10 s. */
  graceMs?: number;
  /** How to measure; chosen once for this process when absent. */
  meter?: Meter;
  /** Ends the command when aborted; the outcome is then `aborted`. */
  signal?: AbortSignal;
  /** Is given the run when it has started, for its figures while it goes on. */
  onStart?: (run: RunHandle) => void;
};

/** What a measured command leaves: its outcome, its statistics and the finer figures. */
export type MeasureResult = EndedRun;

let defaultMeter: Meter | undefined;

/**
 * Runs a command and measures it: memory, CPU time, disk and time of its whole process tree.
 * Resolves when the command and all it started are over. A command that fails, is killed or cannot be started
 * is a result (`outcome`), not an exception.
 *
 * @example
 * const { outcome, runtime_statistics } = await measure(["make", "-j4"], { output: "ignore" });
 */
export async function measure(argv: readonly string[], options: MeasureOptions = {}): Promise<MeasureResult> {
  const run = startRun(
    {
      argv,
      cwd: options.cwd ?? process.cwd(),
      env: definedOnly(options.env ?? process.env),
      limits: options.limits ?? {},
      output: options.output === "ignore" ? { onOutput: () => undefined } : (options.output ?? "inherit"),
      graceMs: options.graceMs ?? 10_000,
      ...(options.watchDirectory === undefined ? {} : { watchDirectory: options.watchDirectory }),
    },
    options.meter ?? (defaultMeter ??= detectMeter().meter),
  );
  options.onStart?.(run);
  return withAbort(run, options.signal);
}

async function withAbort(run: RunHandle, signal: AbortSignal | undefined): Promise<EndedRun> {
  const abort = (): void => {
    run.abort("signal");
  };
  if (signal?.aborted === true) abort();
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return await run.ended;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

function definedOnly(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const defined: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined) defined[name] = value;
  return defined;
}
