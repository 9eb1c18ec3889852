import { Option, type Command } from "commander";
import { RESOURCES, type Resource } from "../../domain/allocation.ts";
import { TASK_TYPES, type TaskType } from "../../domain/task.ts";
import { WASTE_GROUPS, type WasteGroup } from "../../domain/waste.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { sinceOf } from "../since.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { withServer, withTable } from "../shared-options.ts";
import { renderWaste } from "../terminal/accuracy-view.ts";

type Options = SharedOptions & { type: TaskType; since: string; by: WasteGroup; resource: Resource };

/** `almanac waste`. */
export function define(command: Command, cli: Cli): void {
  command
    .description("What was reserved and not used, whose it was, and how many workers could go.")
    .argument("[task]", "only of this task")
    .addOption(new Option("--type <type>", "the task's type").choices(TASK_TYPES).default("worker"))
    .option("--since <when>", "what ended since then: 7d, 90d, or a date", "30d")
    .addOption(
      new Option("--by <what>", "what runs were applied to, whose they were, or where they ran")
        .choices(WASTE_GROUPS)
        .default("subject"),
    )
    .addOption(new Option("--resource <resource>", "what the table is of").choices(RESOURCES).default("memory"));
  withTable(withServer(command)).action(action(cli, waste));
}

async function waste(session: Session, options: Options, task?: string): Promise<ExitCode> {
  const since = sinceOf(options.since, session.cli.nowMs());
  const of = task === undefined ? {} : { task_type: options.type, task_name: task };
  const report = await session.client.call("waste", { query: { ...of, since, by: options.by } });
  if (session.wantsJson) session.json(report);
  else session.print(renderWaste(report, { resource: options.resource, ...session.tableOptions }, session.surface));
  return EXIT.success;
}
