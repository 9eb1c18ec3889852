import { Option, type Command } from "commander";
import { inTaskOrder, TASK_ORDERS, type TaskOrder } from "../../history/task-order.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { withServer, withTable } from "../shared-options.ts";
import { renderTasks } from "../terminal/task-view.ts";

type Options = SharedOptions & { sort: TaskOrder };

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
    .addOption(new Option("--sort <figure>", "what has most of it first").choices(TASK_ORDERS).default("task"));
  withTable(withServer(command)).action(action(cli, tasks));
}

async function tasks(session: Session, options: Options, task_name?: string): Promise<ExitCode> {
  const query = { ...(task_name !== undefined && { task_name }) };
  const answer = await session.client.call("listTasks", { query });
  const sorted = inTaskOrder(answer.tasks, options.sort, (course) => course);
  if (session.wantsJson) session.json({ ...answer, tasks: sorted }, sorted);
  else session.print(renderTasks(sorted, session.surface, session.tableOptions));
  if (sorted.length === 0 && !session.wantsJson) session.say("no task has run yet");
  if (answer.is_cut) session.say("there are more than one answer looks at: ask for one task");
  return EXIT.success;
}
