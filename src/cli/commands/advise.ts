import { Option, type Command } from "commander";
import { TASK_TYPES, type TaskType } from "../../domain/task.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { withServer, withTable } from "../shared-options.ts";
import { renderAdvice } from "../terminal/advice-view.ts";

type Options = SharedOptions & { type: TaskType };

/** `almanac advise`. */
export function define(command: Command, cli: Cli): void {
  command
    .description("What to ask for instead of what is asked: by the newest runs, with what it would save.")
    .argument("[task]", "only of this task; else of those that waste most memory")
    .addOption(new Option("--type <type>", "the task's type").choices(TASK_TYPES).default("worker"));
  withTable(withServer(command)).action(action(cli, advise));
}

async function advise(session: Session, options: Options, task?: string): Promise<ExitCode> {
  const query = task === undefined ? {} : { task_type: options.type, task_name: task };
  const answer = await session.client.call("advice", { query });
  if (session.wantsJson) session.json(answer, answer.advice);
  else session.print(renderAdvice(answer.advice, session.surface, session.tableOptions));
  return EXIT.success;
}
