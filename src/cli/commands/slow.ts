import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { countArgument, withServer, withTable } from "../shared-options.ts";
import { printTasks } from "../task-list.ts";

type Options = SharedOptions & { limit: number };

const EXAMPLES = `Examples:
  almanac slow                     what takes longer than before, in each of its contexts
  almanac history build --plot     since when
`;

/** Less would be printed as nothing. */
const LEAST_GROWTH = 0.01;

/** `almanac slow`. */
export function define(command: Command, cli: Cli): void {
  command
    .description(
      "Tasks that take longer than before, the most grown first: the same subjects in the later half of the newest runs\n" +
        "of each context, at most 30, against the earlier half. What takes longest is in: almanac tasks --sort time.",
    )
    .addHelpText("before", EXAMPLES)
    .argument("[task]", "only this task")
    .option("--limit <n>", "at most so many", countArgument, 100);
  withTable(withServer(command)).action(action(cli, slow));
}

function slow(session: Session, { limit }: Options, task?: string) {
  return printTasks(
    session,
    {
      limit,
      sort: "growth",
      isListed: ({ duration_growth }) => duration_growth !== null && duration_growth >= LEAST_GROWTH,
      figures: ["RUNS", "TIME P50", "GROWTH", "OPEN", "RUNS/DAY"],
      none: "nothing took longer than before in the newest runs",
    },
    task,
  );
}
