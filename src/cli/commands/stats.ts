import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { withOutput, withServer } from "../shared-options.ts";
import { renderStanding } from "../terminal/standing-view.ts";

/** `almanac stats`. */
export function define(command: Command, cli: Cli): void {
  command.description("How the farm stands: what waits and for what, what failed lately, and where room is.");
  withOutput(withServer(command)).action(action<SharedOptions, []>(cli, stats));
}

async function stats(session: Session): Promise<ExitCode> {
  const standing = await session.client.call("stats");
  if (session.wantsJson) session.json(standing);
  else session.print(renderStanding(standing, session.surface));
  return EXIT.success;
}
