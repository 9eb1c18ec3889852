import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { requestIdOf } from "../request-ids.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { withOutput, withServer } from "../shared-options.ts";
import { renderWhy } from "../terminal/why-view.ts";

type Options = SharedOptions & { all?: boolean };

/** `almanac why`. */
export function define(command: Command, cli: Cli): void {
  command
    .description("Why a work request waits, why it runs where it runs, or how it came to its end: from recorded facts.")
    .argument("<id>", "a work request: 5122, #5122")
    .option("--all", "every worker that was looked at");
  withOutput(withServer(command)).action(action(cli, why));
}

async function why(session: Session, options: Options, id: string): Promise<ExitCode> {
  const params = { id: requestIdOf(id) };
  const answer = await session.client.call("whyWorkRequest", { params });
  if (session.wantsJson) session.json(answer);
  else session.print(renderWhy(answer, session.surface, { isAll: options.all === true }));
  return EXIT.success;
}
