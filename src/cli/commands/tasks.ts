import { Option, type Command } from "commander";
import { TASK_ORDERS, type TaskOrder } from "../../domain/task-order.ts";
import type { Cli } from "../cli.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { countArgument, withServer, withTable } from "../shared-options.ts";
import { printTasks } from "../task-list.ts";

type Options = SharedOptions & { sort: TaskOrder; limit: number };

const EXAMPLES = `Examples:
  almanac tasks --sort wasted      what reserves most memory in vain
  almanac tasks --sort failed      what fails most often
  almanac tasks --sort growth      what takes longer and longer
`;

/** `almanac tasks`. */
export function define(command: Command, cli: Cli): void {
  command
    .description("How each task goes in each of its contexts, from its newest runs: at most 30 of each.")
    .addHelpText("before", EXAMPLES)
    .argument("[task]", "only this task")
    .addOption(new Option("--sort <figure>", "what has most of it first").choices(TASK_ORDERS).default("task"))
    .option("--limit <n>", "at most so many", countArgument, 100);
  withTable(withServer(command)).action(action(cli, tasks));
}

function tasks(session: Session, { sort, limit }: Options, task?: string) {
  return printTasks(session, { sort, limit }, task);
}
