import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { withOutput, withServer } from "../shared-options.ts";
import { withPlaces } from "../submit/refusal.ts";
import { readSubmissionFile } from "../submit/submission-file.ts";
import { renderFits } from "../terminal/fit-view.ts";

type Options = SharedOptions & { all?: boolean };

/** `almanac fit`. */
export function define(command: Command, cli: Cli): void {
  command
    .description("Who could take work, when, and for how long: as `almanac why`, for work that is not yet submitted.")
    .argument("<file>", "what would be submitted, as for `almanac submit` (- for standard input)")
    .option("--all", "every worker that was looked at");
  withOutput(withServer(command)).action(action(cli, fit));
}

async function fit(session: Session, options: Options, path: string): Promise<ExitCode> {
  const file = await readSubmissionFile(path, session.cli);
  try {
    // The server is the one judge of what a file holds; the call's type describes what it will accept.
    const answer = await session.client.call("fit", { body: file.body as never });
    if (session.wantsJson) session.json(answer, answer.fits);
    else session.print(renderFits(answer, session.surface, { isAll: options.all === true }));
    return EXIT.success;
  } catch (error) {
    throw await withPlaces(error, file);
  }
}
