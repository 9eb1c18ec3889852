import { Option, type Command } from "commander";
import { ACCURACY_SPANS, type AccuracySpan } from "../../domain/accuracy.ts";
import { RESOURCES, type Resource } from "../../domain/allocation.ts";
import { TASK_TYPES, type TaskType } from "../../domain/task.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { sinceOf } from "../since.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { withServer, withTable } from "../shared-options.ts";
import { renderAccuracy } from "../terminal/accuracy-view.ts";

type Options = SharedOptions & { type: TaskType; since: string; by: AccuracySpan; resource: Resource };

/** `almanac accuracy`. */
export function define(command: Command, cli: Cli): void {
  command
    .description("How good the estimates were: predicted and allocated beside used, and what mistakes cost.")
    .argument("[task]", "only of this task")
    .addOption(new Option("--type <type>", "the task's type").choices(TASK_TYPES).default("worker"))
    .option("--since <when>", "since the day of then: 7d, 90d, or a date", "30d")
    .addOption(new Option("--by <span>", "spans of time").choices(ACCURACY_SPANS).default("day"))
    .addOption(
      new Option("--resource <resource>", "what the tables by task and over time are of")
        .choices(RESOURCES)
        .default("memory"),
    );
  withTable(withServer(command)).action(action(cli, accuracy));
}

async function accuracy(session: Session, options: Options, task?: string): Promise<ExitCode> {
  const since = sinceOf(options.since, session.cli.nowMs());
  const of = task === undefined ? {} : { task_type: options.type, task_name: task };
  const { by } = options;
  const view = { resource: options.resource, ...(task !== undefined && { task }), ...session.tableOptions };
  const report = await session.client.call("accuracy", { query: { ...of, since, by } });
  if (session.wantsJson) session.json(report);
  else session.print(renderAccuracy(report, view, session.surface));
  return EXIT.success;
}
