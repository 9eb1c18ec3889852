import { Option, type Command } from "commander";
import type { Answer } from "../../client/call-types.ts";
import { TASK_TYPES, type TaskType } from "../../domain/task.ts";
import { METRICS, parseMetric } from "../../history/metric.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { usageError } from "../failure.ts";
import { openPage, withWeb, type WebOptions } from "../open-page.ts";
import { PAGE, type QueryFields } from "../page-address.ts";
import { readHistory, type HistoryQuery } from "../read-history.ts";
import { sinceOf } from "../since.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { countArgument, withServer, withTable } from "../shared-options.ts";
import { renderHistory } from "../terminal/history-view.ts";

type Options = SharedOptions &
  WebOptions & {
    context?: string;
    type: TaskType;
    worker?: string;
    since?: string;
    limit: number;
    metric?: string;
    plot?: boolean;
    hist?: boolean;
    local?: boolean;
  };

const EXAMPLES = `Examples:
  almanac history build                    every build, newest first
  almanac history build hello --plot       memory over time
  almanac history make --local             what \`almanac run\` kept, without a server
`;

/** `almanac history`. */
export function define(command: Command, cli: Cli): void {
  command
    .description("Finished runs of a task, newest first: what they used, and how they ended.")
    .addHelpText("before", EXAMPLES)
    .argument("<task>", "the task's name")
    .argument("[subject]", "only of this subject")
    .argument("[context]", "only of this context; the same as --context")
    .option("-c, --context <context>", "only of this context")
    .option("--worker <name>", "only of runs on this worker")
    .addOption(new Option("--type <type>", "the task's type").choices(TASK_TYPES).default("worker"))
    .option("--since <when>", "only since then: 7d, 12h, or a date")
    .option("--limit <n>", "at most so many runs, the newest", countArgument, 1000)
    .option("--metric <metric>", `what --plot and --hist show: ${METRICS.join(", ")} (default memory)`)
    .option("--plot", "over time")
    .option("--hist", "as a histogram")
    .option("--local", "of `almanac run` on this machine, not of the server");
  withTable(withServer(withWeb(command))).action(action(cli, history));
}

async function history(
  session: Session,
  options: Options,
  task: string,
  subject?: string,
  context = options.context,
): Promise<ExitCode> {
  if (options.web === true) return openHistory(session, options, { task_name: task, subject, context });
  const metric = metricOf(options);
  const query: HistoryQuery = {
    task_type: options.type,
    task_name: task,
    ...(subject !== undefined && { subject }),
    ...(context !== undefined && { context }),
    ...(options.worker !== undefined && { worker: options.worker }),
    ...(options.since !== undefined && { since: sinceOf(options.since, session.cli.nowMs()) }),
    limit: options.limit,
    isLocal: options.local === true || session.address === undefined,
  };
  if (session.address === undefined && options.local !== true)
    session.say("no server is known here; this is the local history");
  const items: Answer<"listHistory">["items"] = await readHistory(session, query);
  if (session.wantsJson) {
    session.json({ items }, items);
    return EXIT.success;
  }
  const mode = options.plot === true ? "plot" : options.hist === true ? "hist" : "list";
  const view = {
    mode,
    task_name: task,
    ...(metric !== undefined && { metric }),
    ...(subject !== undefined && { subject }),
    ...(context !== undefined && { context }),
    ...(options.worker !== undefined && { worker: options.worker }),
    ...session.tableOptions,
  } as const;
  session.print(renderHistory(items, view, session.surface));
  return EXIT.success;
}

/** The page shows all that `--metric`, `--plot` and `--hist` choose from; the local history has none. */
function openHistory(session: Session, options: Options, key: QueryFields & { task_name: string }): Promise<ExitCode> {
  if (options.local === true) throw usageError("--web: the local history has no page.", "Leave --local or --web out.");
  const { type, worker, since } = options;
  const from = since === undefined ? undefined : sinceOf(since, session.cli.nowMs());
  return openPage(session, PAGE.history({ task_type: type, ...key, worker, since: from }));
}

function metricOf(options: Options) {
  if (options.metric === undefined) return undefined;
  const metric = parseMetric(options.metric);
  if (metric === undefined)
    throw usageError(`--metric: there is no "${options.metric}".`, `There are: ${METRICS.join(", ")}.`);
  return metric;
}
