import type { Command } from "commander";
import type { WorkRequest } from "../../domain/work-request.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { usageError } from "../failure.ts";
import { showLog } from "../log/show-log.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { positiveArgument, secondsArgument, withOutput, withServer } from "../shared-options.ts";
import { dryRun } from "../submit/dry-run.ts";
import { requestFromOptions, type RequestOptions } from "../submit/from-options.ts";
import { withPlaces } from "../submit/refusal.ts";
import { fileOf, withDemands, withWork } from "../submit/work-options.ts";
import { changeLine } from "../wait/change-line.ts";
import { exitCodeOfRequest, warningOf } from "../wait/verdict.ts";
import { watchRequests } from "../wait/watch-requests.ts";

type Options = SharedOptions &
  RequestOptions & {
    key?: string;
    maxShare?: number;
    dryRun?: boolean;
    wait?: boolean;
    follow?: boolean;
    timeout?: number;
  };

const EXAMPLES = `Examples:
  almanac submit --task build --subject hello --context bookworm/amd64 -- make -j4
  almanac submit --script 'npm ci && npm test' --task test --subject left-pad --wait
  almanac submit work.yaml          one request, a list, or { work_requests: [...] }
  generate | almanac submit -       YAML, JSON, or one JSON document a line
`;

/** `almanac submit`. */
export function define(command: Command, cli: Cli): void {
  command
    .usage("[options] -- COMMAND [ARG...]\n       almanac submit [options] FILE|-")
    .description(
      "Ask for work: one request from options, or one or many from a file. Prints their numbers, one a line.",
    )
    .addHelpText("before", EXAMPLES)
    .argument("[words...]", "the command to run (after --), or a file (- for standard input)");
  withWork(command);
  withDemands(command);
  command
    .optionsGroup("How to submit:")
    .option("--key <key>", "the same key again gives the requests made the first time (8 to 100 characters)")
    .option("--max-share <part>", "at most this part of all workers for all of them together", positiveArgument)
    .option("--dry-run", "check it and show what would be submitted, with its estimates; submit nothing")
    .option("--wait", "wait for the end, and exit with what became of it")
    .option("--follow", "print the log as it is written, then exit as --wait does")
    .option("--timeout <time>", "wait at most so long; the work goes on (exit code 124)", secondsArgument);
  withOutput(withServer(command)).action(action(cli, submit));
}

async function submit(session: Session, options: Options, words: string[]): Promise<ExitCode> {
  const file = await fileOf(session, words);
  const body = file?.body ?? { work_requests: [requestFromOptions(options, words)] };
  if (options.key !== undefined) body["submission_key"] = options.key;
  if (options.maxShare !== undefined) body["max_share"] = options.maxShare;
  try {
    if (options.dryRun === true) return await dryRun(session, body);
    const requests = await send(session, body);
    return await finish(session, options, requests);
  } catch (error) {
    throw file === undefined ? error : await withPlaces(error, file);
  }
}

async function send(session: Session, body: { work_requests: unknown[] }): Promise<WorkRequest[]> {
  // The server is the one judge of what a file holds; the call's type describes what it will accept.
  const { work_requests } = await session.client.call("submit", { body: body as never });
  return work_requests;
}

async function finish(session: Session, options: Options, requests: readonly WorkRequest[]): Promise<ExitCode> {
  const ids = requests.map((request) => request.id);
  if (options.follow === true) return follow(session, options, requests);
  if (options.wait !== true) {
    if (session.wantsJson) session.json({ work_requests: requests }, requests);
    else session.print(ids.map((id) => `${id}\n`).join(""));
    if (session.surface.isTty && !session.wantsJson)
      session.say(`follow ${ids.length === 1 ? "it" : "them"}: almanac watch ${listed(ids)}`);
    return EXIT.success;
  }
  if (!session.wantsJson) session.print(ids.map((id) => `${id}\n`).join(""));
  return watchRequests(session, ids, {
    show: session.wantsJson ? "json" : "changes",
    to: session.wantsJson ? "stdout" : "stderr",
    isOwner: true,
    timeoutSeconds: options.timeout,
  });
}

async function follow(session: Session, options: Options, requests: readonly WorkRequest[]): Promise<ExitCode> {
  const [request, ...more] = requests;
  if (request === undefined || more.length > 0) {
    session.print(requests.map(({ id }) => `${id}\n`).join(""));
    throw usageError(
      `--follow shows the log of one work request; these are ${requests.length}, and they were submitted.`,
      "Use --wait, or `almanac log -f` for one of them.",
    );
  }
  session.say(`#${request.id} submitted`);
  const style = { timestamps: "none", isJsonl: false } as const;
  const code = await showLog(session, request.id, {
    style,
    isFollowed: true,
    isOwner: true,
    timeoutSeconds: options.timeout,
  });
  if (code !== EXIT.success) return code;
  const ended = await session.client.call("getWorkRequest", { params: { id: request.id } });
  session.say(changeLine(ended, session.errorSurface));
  const warning = warningOf(ended.work_request);
  if (warning !== undefined) session.say(warning);
  return exitCodeOfRequest(ended.work_request);
}

function listed(ids: readonly number[]): string {
  return ids.length <= 3 ? ids.join(" ") : `${ids[0]} … ${ids.at(-1)}`;
}
