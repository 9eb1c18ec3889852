import { pipeline } from "node:stream/promises";
import type { Command } from "commander";
import type { Run } from "../../domain/run.ts";
import { formatBytes } from "../../domain/units.ts";
import { matchesWildcard } from "../../domain/wildcard.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { CliError, usageError } from "../failure.ts";
import { outputBody, saveOutput, saveOutputs } from "../output/save.ts";
import { requestOrRunOf } from "../request-ids.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { withOutput, withServer } from "../shared-options.ts";
import { sanitizeText } from "../terminal/sanitize.ts";

type Options = SharedOptions & { output?: string; into?: string };

const EXAMPLES = `Examples:
  almanac output 5122                          the files that were kept, and their sizes
  almanac output 5122 dist/hello.deb -o a.deb  one of them, into a file
  almanac output 5122.1 report.json | jq .     that of the first run, to standard output
  almanac output 5122 '*.deb' --into debs      all that match, below a directory
`;

/** `almanac output`. */
export function define(command: Command, cli: Cli): void {
  command
    .description("The files kept with a run: without a path a list of them, with one the file itself.")
    .addHelpText("before", EXAMPLES)
    .argument("<id>", "a work request (its newest run), or one run of it: 5122, 5122.1")
    .argument("[path]", "the file, as the list shows it; with --into a path in which * stands for any characters")
    .option("-o, --output <file>", "write it there instead of to standard output")
    .option("--into <dir>", "write all of them, or those that match, below this directory");
  withOutput(withServer(command)).action(action(cli, output));
}

async function output(session: Session, options: Options, text: string, path?: string): Promise<ExitCode> {
  const run = await runOf(session, text);
  if (options.into !== undefined) return saveInto(session, run, path ?? "*", options.into);
  if (path === undefined) return list(session, run);
  const found = run.outputs.find((file) => file.path === path);
  if (found === undefined) throw noFile(run, path);
  if (options.output !== undefined) await saveOutput(session, run, found, options.output);
  else await pipeline(await outputBody(session, run, found), session.cli.stdout, { end: false });
  return EXIT.success;
}

async function saveInto(session: Session, run: Run, pattern: string, directory: string): Promise<ExitCode> {
  const wanted = run.outputs.filter(({ path }) => matchesWildcard(pattern, path));
  if (wanted.length === 0) throw noFile(run, pattern);
  await saveOutputs(session, run, wanted, directory);
  return list(session, { ...run, outputs: wanted });
}

function noFile(run: Run, path: string): CliError {
  const what = `Run ${run.id} has kept no file ${sanitizeText(path)}.`;
  return new CliError(EXIT.not_found, what, { next: `almanac output ${run.id} lists what it has kept.` });
}

async function runOf(session: Session, text: string): Promise<Run> {
  const { id, runId } = requestOrRunOf(text);
  if (runId !== undefined) return (await session.client.call("getRun", { params: { run_id: runId } })).run;
  const { runs } = await session.client.call("getWorkRequest", { params: { id } });
  const newest = runs.at(-1);
  if (newest === undefined) throw usageError(`#${id} has had no run, so nothing was kept.`, `almanac why ${id}`);
  return newest;
}

function list(session: Session, run: Run): ExitCode {
  if (session.wantsJson) session.json({ run_id: run.id, outputs: run.outputs }, run.outputs);
  else for (const { path, size } of run.outputs) session.print(`${sanitizeText(path)}\t${formatBytes(size)}\n`);
  if (run.outputs.length === 0) session.say(`run ${run.id} has kept no files`);
  return EXIT.success;
}
