import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { Option, type Command } from "commander";
import { DAY_MS, epochMs } from "../../domain/clock.ts";
import { TASK_TYPES, type TaskType } from "../../domain/task.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { usageError } from "../failure.ts";
import { PAGE, pageUrl } from "../page-address.ts";
import { requestIdOf, requestOrRunOf } from "../request-ids.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { withServer } from "../shared-options.ts";
import { sinceOf } from "../since.ts";

type Options = SharedOptions & { html: string; context?: string; type: TaskType; since?: string };

/** What can be reported beside a request, and which names follow it. */
const KINDS = ["workflow", "history", "regressions", "worker", "tasks", "waste", "accuracy"] as const;
type Kind = (typeof KINDS)[number];

const EXAMPLES = `Examples:
  almanac report 5122 --html 5122.html                     a work request
  almanac report 5122.1 --html -                           its first run, to standard output
  almanac report history build gcc --since 30d --html g.html
  almanac report workflow 7 --html 7.html                  how it stands, its longest chain, its graph
  almanac report regressions build --html r.html           what has changed for the worse, of one task
  almanac report worker w-04 --html w-04.html              what it did in the last day
  almanac report waste --since 7d --html waste.html        what was reserved and not used in a week
  almanac report accuracy build --since 90d --html a.html  whether the estimates of a task can be believed
  almanac report tasks --html tasks.html                   what was reserved and not used, by task and day
  almanac report '/r?result=failure' --html failed.html    any page, by its address
`;

/** `almanac report`. */
export function define(command: Command, cli: Cli): void {
  command
    .description(
      "A page as one HTML file: it opens from disk, asks no host for anything, and its links lead to the server.",
    )
    .addHelpText("before", EXAMPLES)
    .argument("<what>", `a work request or a run of it (5122, 5122.1), or a page (/r), or: ${KINDS.join(", ")}`)
    .argument(
      "[names...]",
      "of a history: task, subject, context; of regressions or accuracy: a task; of a workflow: its number; of a worker: its name",
    )
    .option("--html <file>", "write it there; -: to standard output", "-")
    .option("-c, --context <context>", "of a history: only of this context")
    .addOption(new Option("--type <type>", "of a history: the task's type").choices(TASK_TYPES).default("worker"))
    .option("--since <when>", "of a history, a worker, waste or accuracy: only since then, such as 7d, 12h, or a date");
  withServer(command).action(action(cli, report));
}

async function report(session: Session, options: Options, what: string, names: readonly string[]): Promise<ExitCode> {
  const page = pageOf(session, options, what, names);
  const root = pageUrl(session, "");
  const { body } = await session.client.download("report", { query: { page, root } });
  if (options.html === "-") await pipeline(body, session.cli.stdout, { end: false });
  else await pipeline(body, createWriteStream(options.html));
  return EXIT.success;
}

/** The address of the page that is meant, from the first page on. */
function pageOf(session: Session, options: Options, what: string, names: readonly string[]): string {
  const kind = KINDS.find((one) => one === what);
  if (kind === undefined) return what.startsWith("/") ? what.slice(1) : requestPage(what, names);
  if (names.length > MOST_NAMES[kind])
    throw usageError(`"${names[MOST_NAMES[kind]]}" is one name too many for ${kind}.`);
  const nowMs = session.cli.nowMs();
  const since = options.since === undefined ? {} : { since: sinceOf(options.since, nowMs) };
  return PAGES[kind]({ ...options, ...since, nowMs }, names);
}

function requestPage(what: string, names: readonly string[]): string {
  if (!/^#?\d/.test(what)) {
    throw usageError(
      `There is no report of "${what}".`,
      `There is one of a work request (5122), a run of it (5122.1), any page (/r), and of: ${KINDS.join(", ")}.`,
    );
  }
  const { id, runId } = requestOrRunOf(what);
  if (names.length > 0) throw usageError(`After ${what} nothing is expected, but there is "${names[0]}".`);
  return PAGE.request(id, runId);
}

/** How many names may follow each. */
const MOST_NAMES: Record<Kind, number> = {
  workflow: 1,
  history: 3,
  regressions: 1,
  worker: 1,
  tasks: 0,
  waste: 0,
  accuracy: 1,
};

const PAGES: Record<Kind, (options: Options & { nowMs: number }, names: readonly string[]) => string> = {
  history: ({ context: given, type, since }, [task_name, subject, context = given]) => {
    if (task_name === undefined) throw usageError("A history is that of a task: its name is missing.");
    return PAGE.history({ task_type: type, task_name, subject, context, since });
  },
  worker: ({ since }, [name]) => {
    if (name === undefined) throw usageError("The worker's name is missing.");
    return PAGE.worker(name, { since });
  },
  workflow: (_, [id]) => {
    if (id === undefined) throw usageError("The workflow's number is missing.");
    return PAGE.workflow(requestIdOf(id));
  },
  regressions: (_, [task_name]) => PAGE.regressions({ task_name }),
  tasks: () => PAGE.tasks(),
  waste: (options) => PAGE.waste({ days: daysOf(options) }),
  accuracy: (options, [task_name]) => PAGE.accuracy({ days: daysOf(options), task_name }),
};

/** Over how many days the page is to look; the server says which it knows. */
function daysOf({ since, nowMs }: { since?: string; nowMs: number }): string | undefined {
  return since === undefined ? undefined : String(Math.round((nowMs - epochMs(since)) / DAY_MS));
}
