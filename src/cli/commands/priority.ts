import type { Command } from "commander";
import { prioritySchema } from "../../contract/submission.ts";
import { changeEach } from "../change-each.ts";
import type { Cli } from "../cli.ts";
import type { ExitCode } from "../exit-code.ts";
import { usageError } from "../failure.ts";
import { action, type Session } from "../session.ts";
import { withOutput, withServer } from "../shared-options.ts";

/** `almanac priority`. */
export function define(command: Command, cli: Cli): void {
  command
    .description("Change what is added to the priority of work requests that have not ended; 0 takes it back.")
    .argument("<adjustment>", "a whole number: higher goes first")
    .argument("<id...>", "work requests: 5122, #5122");
  withOutput(withServer(command)).action(action(cli, priority));
}

function priority(session: Session, _: object, adjustment: string, ids: string[]): Promise<ExitCode> {
  const parsed = prioritySchema.safeParse(/^[+-]?\d+$/.test(adjustment) ? Number(adjustment) : undefined);
  if (!parsed.success)
    throw usageError(`"${adjustment}" is not ${parsed.error.issues[0]?.message}.`, "Try 10, or -10.");
  return changeEach(session, ids, async (id) => {
    const { work_request } = await session.client.call("changeWorkRequest", {
      params: { id },
      body: { priority_adjustment: parsed.data },
    });
    const sum = work_request.priority_base + work_request.priority_adjustment;
    return { made: [work_request], line: `#${id} has priority ${sum}` };
  });
}
