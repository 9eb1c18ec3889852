import type { EndedRun } from "../../worker/run/run-spec.ts";
import { measure } from "../../worker/measure/measure.ts";
import type { Cli } from "../cli.ts";
import type { ExitCode } from "../exit-code.ts";
import { exitCodeOfOutcome } from "./exit-code-of-outcome.ts";
import type { MeasureHereOptions } from "./here-options.ts";
import { writeReport } from "./write-report.ts";

/**
 * Runs the command here with our own terminal and reports what it used. Repeated, it ends with the first run that
 * fails, and gives that one's exit code.
 */
export async function measureHere(
  cli: Cli,
  options: MeasureHereOptions,
  command: readonly string[],
): Promise<ExitCode> {
  const runs: EndedRun[] = [];
  let code: ExitCode;
  // ends after the wanted number of runs, or with the first that fails
  do {
    const run = await measure(command);
    runs.push(run);
    code = exitCodeOfOutcome(run.outcome);
  } while (code === 0 && runs.length < (options.repeat ?? 1));
  const failed = runs.at(-1)?.outcome;
  if (failed?.kind === "start_failed") {
    for (const { message } of failed.errors) writeReport(`almanac: ${message}\n`, undefined);
    return code;
  }
  writeReport(await reportOf(cli, options, runs), options.output);
  return code;
}

async function reportOf(cli: Cli, options: MeasureHereOptions, runs: readonly EndedRun[]): Promise<string> {
  if (options.json === true) {
    const [first] = runs;
    return `${JSON.stringify(options.repeat === undefined ? first : { runs })}\n`;
  }
  const { measureTable } = await import("./measure-table.ts");
  return measureTable(cli, runs, { isForFile: options.output !== undefined, isPlotted: options.plot === true });
}
