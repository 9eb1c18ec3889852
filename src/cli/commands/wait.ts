import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import type { ExitCode } from "../exit-code.ts";
import { requestIdOf } from "../request-ids.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { secondsArgument, withOutput, withServer } from "../shared-options.ts";
import { watchRequests } from "../wait/watch-requests.ts";

type Options = SharedOptions & { any?: boolean; timeout?: number };

/** `almanac wait`. */
export function define(command: Command, cli: Cli): void {
  command
    .description(
      "Wait until the work requests have ended, and exit with what became of them: 0 success, or a failure that does not\n" +
        "count (see --fail-on of submit), 1 failure, 3 error (not the work's fault), 6 aborted, 124 --timeout. Ctrl-C leaves them running (130).",
    )
    .argument("<id...>", "work requests: 5122, #5122")
    .option("--any", "until one of them has ended")
    .option("--timeout <time>", "wait at most so long (90s, 1h30m)", secondsArgument);
  withOutput(withServer(command)).action(action(cli, wait));
}

function wait(session: Session, options: Options, ids: string[]): Promise<ExitCode> {
  return watchRequests(session, [...new Set(ids.map(requestIdOf))], {
    show: session.wantsJson ? "json" : "ends",
    isAny: options.any === true,
    timeoutSeconds: options.timeout,
  });
}
