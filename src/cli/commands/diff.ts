import type { Command } from "commander";
import { compareRuns, type ComparedRun } from "../../history/compare-runs.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { CliError } from "../failure.ts";
import { requestOrRunOf } from "../request-ids.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { withOutput, withServer } from "../shared-options.ts";
import { stateOf } from "../terminal/glyph.ts";
import { renderRunComparison } from "../terminal/run-comparison-view.ts";

const EXAMPLES = `Examples:
  almanac diff 5101 5122              what the second had otherwise, and what it used more or less
  almanac diff 5122.1 5122.2          two attempts at one work request
  almanac diff 5101 5122 --json=changes
`;

/** `almanac diff`. */
export function define(command: Command, cli: Cli): void {
  command
    .description(
      "Two runs side by side: what they were told and given, where they ran, what they used and were expected to use, and\n" +
        "by which line they failed. Exits with 0 whatever differs. What has changed since the last run that passed, by\n" +
        "itself: almanac why.",
    )
    .addHelpText("before", EXAMPLES)
    .argument("<before>", "a work request, whose newest run is taken (5101), or one run of it (5101.2)")
    .argument("<after>", "the run that is looked at, named likewise");
  withOutput(withServer(command)).action(action<SharedOptions, [string, string]>(cli, diff));
}

async function diff(session: Session, _options: SharedOptions, first: string, second: string): Promise<ExitCode> {
  const names = [requestOrRunOf(first), requestOrRunOf(second)] as const;
  const [before, after] = await Promise.all([runNamed(session, names[0]), runNamed(session, names[1])]);
  const comparison = compareRuns(before, after);
  if (session.wantsJson) session.json({ before: before.run, after: after.run, ...comparison });
  else session.print(renderRunComparison(before, after, comparison, session.surface));
  return EXIT.success;
}

/** The run meant, with its request. Throws where the request has none. */
async function runNamed(session: Session, { id, runId }: ReturnType<typeof requestOrRunOf>): Promise<ComparedRun> {
  const { work_request: request, runs } = await session.client.call("getWorkRequest", { params: { id } });
  const run =
    runId === undefined
      ? runs.at(-1)
      : (runs.find((other) => other.id === runId) ??
        (await session.client.call("getRun", { params: { run_id: runId } })).run);
  if (run !== undefined) return { request, run };
  throw new CliError(EXIT.not_found, `#${id} has no run to compare: it is ${stateOf(request)}.`, {
    next: `\`almanac why ${id}\` tells more.`,
  });
}
