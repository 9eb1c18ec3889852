import { readFileSync } from "node:fs";
import { InvalidArgumentError, type Command } from "commander";
import { DEFAULT_FLEET, machinesOf, parseFleet, type FleetRow } from "../../simulate/replay/fleet.ts";
import { makePolicy, POLICIES, type PolicyName } from "../../simulate/replay/policies.ts";
import { replay, type ReplayFigures } from "../../simulate/replay/replay.ts";
import { traceOfHistory } from "../../simulate/trace/from-history.ts";
import { readTrace } from "../../simulate/trace/read-trace.ts";
import type { Trace } from "../../simulate/trace/trace.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { usageError } from "../failure.ts";
import { readImportFile, readText } from "../import/read-file.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { withOutput } from "../shared-options.ts";
import { renderReplay } from "../terminal/replay-view.ts";

type Options = SharedOptions & { workers?: string; policy: PolicyName[] };

const EXAMPLES = `Examples:
  almanac replay trace.txt                              Nextflow's trace, on the fleet of the published figures
  almanac history --json build > runs.json && almanac replay runs.json --workers fleet.json
`;

/** `almanac replay`. */
export function define(command: Command, cli: Cli): void {
  command
    .description(
      "What sizing by history, and other workers, would have done to work that was done already: the work of the\n" +
        "file is submitted again in virtual time, as it was recorded. Needs no server, and keeps nothing.",
    )
    .addHelpText("before", EXAMPLES)
    .argument("<file>", "a trace, or history as `import` takes it, compressed with gzip or not (- for standard input)")
    .option("--workers <file>", "the workers, as JSON (default: 7 unequal ones, 128 cores and 512 GiB in all)")
    .option(
      "--policy <names>",
      `of ${POLICIES.join(", ")}, with commas between them (default: all)`,
      policiesArgument,
      [...POLICIES],
    );
  withOutput(command).action(action(cli, replayFile));
}

function policiesArgument(text: string): PolicyName[] {
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !POLICIES.includes(name as PolicyName)); // asked whether it is one
  if (unknown !== undefined) throw new InvalidArgumentError(`There is no policy "${unknown}".`);
  return names as PolicyName[]; // just checked
}

async function replayFile(session: Session, options: Options, file: string): Promise<ExitCode> {
  const fleet = fleetOf(options.workers);
  const machines = machinesOf(fleet);
  const trace = await traceOfFile(session, file);
  for (const note of trace.notes) session.say(`${file}: ${note}`);
  if (trace.left_out > 0)
    session.say(`${file}: ${trace.left_out} rows left out: no work that ended well, or figures missing`);
  if (trace.tasks.length === 0) throw usageError(`${file} holds no work that could be replayed.`);
  const figures: ReplayFigures[] = [];
  for (const name of options.policy) figures.push(replay(trace.tasks, machines, makePolicy(name, machines)));
  const { tasks, left_out, notes } = trace;
  if (session.wantsJson)
    session.json({ file, tasks: tasks.length, left_out, notes, workers: fleet, policies: figures });
  else session.print(renderReplay(trace, machines, figures, session.surface));
  return EXIT.success;
}

function fleetOf(file: string | undefined): readonly FleetRow[] {
  if (file === undefined) return DEFAULT_FLEET;
  const found = parseFleet(readWorkers(file));
  if ("wrong" in found) throw usageError(`${file}: ${found.wrong}.`);
  return found.rows;
}

function readWorkers(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw usageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** A trace knows when work was submitted; history, which is read otherwise, does not. */
async function traceOfFile(session: Session, file: string): Promise<Trace> {
  const { text, changedAtMs } = await readText(session.cli, file);
  const trace = readTrace(text);
  if (trace !== undefined && trace.tasks.length > 0) return trace;
  const report = readImportFile({}, { name: file, text, changedAtMs });
  for (const { message } of report.problems) session.say(`${file}: ${message}`);
  return traceOfHistory(report.entries);
}
