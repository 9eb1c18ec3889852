import { Option, type Command } from "commander";
import type { Answer, CallOptions } from "../../client/call-types.ts";
import { VERDICT_KINDS } from "../../domain/verdict.ts";
import { RESULTS, STATUSES } from "../../domain/work-request.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { sinceOf } from "../since.ts";
import { countArgument, withServer, withTable } from "../shared-options.ts";
import { renderRequestList } from "../terminal/request-list-view.ts";
import { isWatched } from "../wait/is-watched.ts";
import { watchList } from "../wait/watch-list.ts";

type Options = SharedOptions & {
  status?: (typeof STATUSES)[number];
  result?: (typeof RESULTS)[number];
  failed?: boolean;
  verdict?: (typeof VERDICT_KINDS)[number];
  task?: string;
  subject?: string;
  context?: string;
  worker?: string;
  by?: string;
  order?: "submitted" | "ended";
  since?: string;
  until?: string;
  limit: number;
  cursor?: string;
  watch?: boolean;
};

const EXAMPLES = `Examples:
  almanac ls --failed --since 7d       what failed in the last week, the last first
  almanac ls --status running --watch  what runs, kept up to date until Ctrl-C
  almanac ls --task build | cut -f 1   the numbers alone, for programs
`;

/** `almanac ls`. */
export function define(command: Command, cli: Cli): void {
  command
    .description("Work requests, newest first.")
    .addHelpText("before", EXAMPLES)
    .addOption(new Option("--status <status>", "only of this status").choices(STATUSES))
    .addOption(new Option("--result <result>", "only with this result").choices(RESULTS))
    .option("--failed", "the same as --result failure")
    .addOption(new Option("--verdict <kind>", "only with this verdict").choices(VERDICT_KINDS))
    .option("--task <name>", "only of this task")
    .option("--subject <subject>", "only of this subject")
    .option("--context <context>", "only of this context")
    .option("--worker <name>", "only with a run on this worker")
    .option("--by <name>", "only submitted with this token")
    .addOption(new Option("--order <by>", "ended: those that ended, the last first").choices(["submitted", "ended"]))
    .option("--since <when>", "only those that ended since then, the last first: 7d, 12h, or a date")
    .option("--until <when>", "only those that ended until then")
    .option("--limit <n>", "at most so many", countArgument, 100)
    .option("--cursor <cursor>", "go on from the next_cursor of the page before")
    .option("-w, --watch", "go on until Ctrl-C: the list drawn anew in place, else one line for each change");
  withTable(withServer(command))
    .option("--jsonl", "with --watch: each change as one JSON document on a line of its own")
    .action(action(cli, list));
}

async function list(session: Session, options: Options): Promise<ExitCode> {
  if (isWatched(session, options, "almanac ls --json")) {
    return watchList(
      session,
      async (signal) => (await fetchUpTo(session, options, signal)).items,
      options.jsonl === true,
    );
  }
  const page = await fetchUpTo(session, options);
  if (session.wantsJson) {
    session.json(page, page.items);
    return EXIT.success;
  }
  const rows = page.items.map((work_request) => ({ work_request }));
  session.print(renderRequestList(rows, session.surface, session.tableOptions));
  if (page.items.length === 0) session.say("no work requests match; submit one with `almanac submit`");
  else if (page.next_cursor !== null) session.say(`there are more: --limit, or --cursor ${page.next_cursor}`);
  return EXIT.success;
}

type Page = Answer<"listWorkRequests">;
const PAGE_SIZE = 1000;

/** As many as asked for, over as many pages as it takes. */
async function fetchUpTo(session: Session, options: Options, signal?: AbortSignal): Promise<Page> {
  const found: Page = { items: [], next_cursor: options.cursor ?? null };
  // ends when the limit is reached or the server has no more
  do {
    const limit = Math.min(PAGE_SIZE, options.limit - found.items.length);
    if (limit <= 0) break;
    const page = await session.client.call("listWorkRequests", {
      signal,
      query: {
        ...filterOf(options, session.cli.nowMs()),
        limit,
        ...(found.next_cursor !== null && { cursor: found.next_cursor }),
      },
    });
    found.items.push(...page.items);
    found.next_cursor = page.next_cursor;
  } while (found.next_cursor !== null);
  return found;
}

function filterOf(options: Options, nowMs: number): NonNullable<CallOptions<"listWorkRequests">["query"]> {
  return {
    status: options.status,
    result: options.failed === true ? "failure" : options.result,
    verdict_kind: options.verdict,
    task_name: options.task,
    subject: options.subject,
    context: options.context,
    worker: options.worker,
    created_by: options.by,
    order: options.order,
    since: options.since === undefined ? undefined : sinceOf(options.since, nowMs),
    until: options.until === undefined ? undefined : sinceOf(options.until, nowMs, "--until"),
  };
}
