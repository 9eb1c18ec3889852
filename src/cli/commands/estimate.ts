import { Option, type Command } from "commander";
import { TASK_TYPES, type TaskType } from "../../domain/task.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { bytesArgument, withOutput, withServer } from "../shared-options.ts";
import { renderEstimate } from "../terminal/estimate-view.ts";

type Options = SharedOptions & { context?: string; type: TaskType; inputSize?: number; whatIf?: number };

/** `almanac estimate`. */
export function define(command: Command, cli: Cli): void {
  command
    .description("What the history predicts for the next run: the usual, the high, and what would be allocated.")
    .argument("<task>", "the task's name")
    .argument("[subject]", "what it is applied to")
    .argument("[context]", "the circumstances; the same as --context")
    .option("-c, --context <context>", "the circumstances")
    .addOption(new Option("--type <type>", "the task's type").choices(TASK_TYPES).default("worker"))
    .option("--input-size <size>", "the size of its input, such as 300M", bytesArgument)
    .option("--what-if <memory>", "what would this much memory be worth, such as 4G", bytesArgument);
  withOutput(withServer(command)).action(action(cli, estimate));
}

async function estimate(
  session: Session,
  options: Options,
  task: string,
  subject = "",
  context = options.context ?? "",
): Promise<ExitCode> {
  const key = { task_type: options.type, task_name: task, subject, context };
  const query = { ...key, input_size: options.inputSize, what_if: options.whatIf };
  const answer = await session.client.call("estimate", { query });
  if (session.wantsJson) session.json({ ...key, ...answer }, answer.estimate);
  else session.print(renderEstimate(key, answer, session.surface));
  return EXIT.success;
}
