import { Option, type Command } from "commander";
import type { IgnoredAdvice } from "../../domain/advice.ts";
import { WEIGHED_RESOURCES, type WeighedResource } from "../../domain/outlook.ts";
import { TASK_TYPES, type TaskType } from "../../domain/task.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { usageError } from "../failure.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { withServer, withTable } from "../shared-options.ts";
import { renderAdvice, renderIgnored } from "../terminal/advice-view.ts";

type Options = SharedOptions & {
  type: TaskType;
  subject?: string;
  context?: string;
  ignore?: WeighedResource;
  ignored?: boolean;
  takeBack?: string;
};

/** `almanac advise`. */
export function define(command: Command, cli: Cli): void {
  command
    .description("What to ask for instead of what is asked: by the newest runs, with what it would save.")
    .argument("[task]", "only of this task; else of those that waste most memory")
    .addOption(new Option("--type <type>", "the task's type").choices(TASK_TYPES).default("worker"))
    .addOption(
      new Option(
        "--ignore <resource>",
        "have the advice on it not given again, until its amounts have changed",
      ).choices(WEIGHED_RESOURCES),
    )
    .option("--subject <subject>", "with --ignore: of the advice for this subject")
    .option("-c, --context <context>", "with --ignore: of the advice for this context")
    .option("--ignored", "what is ignored, instead")
    .option("--take-back <id>", "have what is ignored given again");
  withTable(withServer(command)).action(action(cli, advise));
}

async function advise(session: Session, options: Options, task?: string): Promise<ExitCode> {
  if (options.ignore !== undefined) return ignore(session, options, options.ignore, task);
  if (options.takeBack !== undefined) return takeBack(session, options.takeBack);
  const query = task === undefined ? {} : { task_type: options.type, task_name: task };
  const answer = await session.client.call("advice", { query });
  if (options.ignored === true) return printIgnored(session, answer.ignored);
  if (session.wantsJson) session.json(answer, answer.advice);
  else session.print(renderAdvice(answer, session.surface, session.tableOptions));
  return EXIT.success;
}

async function ignore(session: Session, options: Options, resource: WeighedResource, task?: string): Promise<ExitCode> {
  if (task === undefined) throw usageError("--ignore needs the task that the advice is about.");
  const { type: task_type, subject, context } = options;
  const body = { task_type, task_name: task, subject, context, resource };
  const { ignored } = await session.client.call("ignoreAdvice", { body });
  if (session.wantsJson) session.json({ ignored }, ignored);
  else session.print(`${ignored.id}\n`);
  session.say("it is given again when what is asked, or what would be enough, differs by more than a quarter");
  return EXIT.success;
}

async function takeBack(session: Session, text: string): Promise<ExitCode> {
  const id = Number(text);
  if (!Number.isSafeInteger(id) || id < 1) throw usageError(`--take-back: "${text}" is not the number of an advice.`);
  const answer = await session.client.call("takeBackAdvice", { params: { id } });
  if (session.wantsJson) session.json(answer);
  else session.print(`advice ${id} is given again\n`);
  return EXIT.success;
}

function printIgnored(session: Session, ignored: IgnoredAdvice[]): ExitCode {
  if (session.wantsJson) session.json({ ignored }, ignored);
  else session.print(renderIgnored(ignored, session.surface, session.tableOptions));
  return EXIT.success;
}
