import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import type { ExitCode } from "../exit-code.ts";
import { requestIdOf } from "../request-ids.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { secondsArgument, withOutput, withServer } from "../shared-options.ts";
import { watchRequests, type WatchOptions } from "../wait/watch-requests.ts";

type Options = SharedOptions & { timeout?: number };

/** `almanac watch`. */
export function define(command: Command, cli: Cli): void {
  command
    .description(
      "Follow work requests to their end: on a terminal with one line that is kept up to date, else one line\n" +
        "for each change. Exits as `almanac wait` does.",
    )
    .argument("<id...>", "work requests: 5122, #5122")
    .option("--timeout <time>", "watch at most so long (90s, 1h30m)", secondsArgument);
  withOutput(withServer(command))
    .option("--jsonl", "each change as one JSON document on a line of its own")
    .action(action(cli, watch));
}

function watch(session: Session, options: Options, ids: string[]): Promise<ExitCode> {
  return watchRequests(session, [...new Set(ids.map(requestIdOf))], {
    show: showFor(session, options),
    comeBack: "almanac watch",
    timeoutSeconds: options.timeout,
  });
}

function showFor(session: Session, options: Options): WatchOptions["show"] {
  if (options.jsonl === true) return "jsonl";
  return session.wantsJson ? "json" : "changes";
}
