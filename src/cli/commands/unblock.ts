import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import type { ExitCode } from "../exit-code.ts";
import { changeEach } from "../change-each.ts";
import { action, type Session } from "../session.ts";
import { withOutput, withServer } from "../shared-options.ts";

/** `almanac unblock`. */
export function define(command: Command, cli: Cli): void {
  command
    .description("Release work requests that wait for a person (submitted with --manual).")
    .argument("<id...>", "work requests: 5122, #5122");
  withOutput(withServer(command)).action(action(cli, unblock));
}

function unblock(session: Session, _: object, ids: string[]): Promise<ExitCode> {
  return changeEach(session, ids, async (id) => {
    const { work_request } = await session.client.call("unblockWorkRequest", { params: { id } });
    return { made: [work_request], line: `#${id} released` };
  });
}
