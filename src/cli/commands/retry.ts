import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import type { ExitCode } from "../exit-code.ts";
import { changeEach } from "../change-each.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { withOutput, withServer } from "../shared-options.ts";

type Options = SharedOptions & { elsewhere?: boolean };

/** `almanac retry`. */
export function define(command: Command, cli: Cli): void {
  command
    .description(
      "Make ended work requests again, as new requests that supersede them, with the dependents that they took\n" +
        "down. Prints the new numbers, one a line.",
    )
    .argument("<id...>", "work requests that have ended: 5122, #5122")
    .option("--elsewhere", "not on the workers that they ran on, while there are others");
  withOutput(withServer(command)).action(action(cli, retry));
}

function retry(session: Session, { elsewhere = false }: Options, ids: string[]): Promise<ExitCode> {
  return changeEach(session, ids, async (id) => {
    const { work_requests } = await session.client.call("retryWorkRequest", { params: { id }, body: { elsewhere } });
    session.say(`#${id} is made again as ${work_requests.map((request) => `#${request.id}`).join(", ")}`);
    return { made: work_requests, line: work_requests.map((request) => request.id).join("\n") };
  });
}
