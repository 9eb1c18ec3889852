import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { countArgument, withServer, withTable } from "../shared-options.ts";
import { printTasks } from "../task-list.ts";

type Options = SharedOptions & { limit: number };

const EXAMPLES = `Examples:
  almanac flaky                    what cannot be relied on, in each of its contexts
  almanac history test             the runs of one of them, newest first
`;

/** `almanac flaky`. */
export function define(command: Command, cli: Cli): void {
  command
    .description(
      "Tasks whose requests failed and passed without anybody mending them, or that people called flaky; from the newest\n" +
        "runs of each context, at most 30. What fails again and again is in: almanac tasks --sort failed.",
    )
    .addHelpText("before", EXAMPLES)
    .argument("[task]", "only this task")
    .option("--limit <n>", "at most so many", countArgument, 100);
  withTable(withServer(command)).action(action(cli, flaky));
}

function flaky(session: Session, { limit }: Options, task?: string) {
  return printTasks(
    session,
    {
      limit,
      sort: "flaky",
      isListed: ({ flaky_share }) => flaky_share > 0,
      figures: ["RUNS", "FLAKY", "FAILED", "OPEN", "RUNS/DAY"],
      none: "nothing was flaky in the newest runs",
    },
    task,
  );
}
