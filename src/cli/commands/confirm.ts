import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import type { ExitCode } from "../exit-code.ts";
import { changeEach } from "../change-each.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { withOutput, withServer } from "../shared-options.ts";

type Options = SharedOptions & { refuse?: boolean; reason?: string };

/** `almanac confirm`. */
export function define(command: Command, cli: Cli): void {
  command
    .description("Answer work requests that wait for a person: they succeed, or fail with --refuse.")
    .argument("<id...>", "work requests of the task `confirm`: 5122, #5122")
    .option("--refuse", "no: what depends on it is not done")
    .option("--reason <text>", "kept with the answer");
  withOutput(withServer(command)).action(action(cli, confirm));
}

function confirm(session: Session, options: Options, ids: string[]): Promise<ExitCode> {
  const accepted = options.refuse !== true;
  const body = { accepted, ...(options.reason !== undefined && { reason: options.reason }) };
  return changeEach(session, ids, async (id) => {
    const { work_request } = await session.client.call("confirmWorkRequest", { params: { id }, body });
    return { made: [work_request], line: `#${id} ${accepted ? "confirmed" : "refused"}` };
  });
}
