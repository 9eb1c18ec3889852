import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import type { ExitCode } from "../exit-code.ts";
import { changeEach } from "../change-each.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { withOutput, withServer } from "../shared-options.ts";

type Options = SharedOptions & { reason?: string };

/** `almanac abort`, also called `cancel`. */
export function define(command: Command, cli: Cli): void {
  command
    .description("End work requests: waiting ones at once, running ones with all their processes.")
    .argument("<id...>", "work requests: 5122, #5122")
    .option("--reason <text>", "kept with the request, for those who wonder");
  withOutput(withServer(command)).action(action(cli, abort));
}

function abort(session: Session, options: Options, ids: string[]): Promise<ExitCode> {
  const body = options.reason === undefined ? {} : { reason: options.reason };
  return changeEach(session, ids, async (id) => {
    const { work_request } = await session.client.call("abortWorkRequest", { params: { id }, body });
    if (work_request.status !== "running") return { made: [work_request], line: `#${id} aborted` };
    const where = work_request.task_type === "workflow" ? "with all that is left of it" : "on its worker";
    return { made: [work_request], line: `#${id} is being ended ${where}` };
  });
}
