import { Option, type Command } from "commander";
import type { RunId, WorkRequestId } from "../../domain/ids.ts";
import type { LogStream } from "../../domain/log-record.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { CliError } from "../failure.ts";
import { logDocument, showLog } from "../log/show-log.ts";
import { openPage, withWeb, type WebOptions } from "../open-page.ts";
import { PAGE } from "../page-address.ts";
import { requestOrRunOf } from "../request-ids.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { countArgument, withOutput, withServer } from "../shared-options.ts";

type Options = SharedOptions &
  WebOptions & {
    follow?: boolean;
    tail?: number;
    timestamps?: boolean;
    clockTimes?: boolean;
    stream?: LogStream;
  };

/** `almanac log`. */
export function define(command: Command, cli: Cli): void {
  command
    .description("What a run wrote: of the newest run of a work request (5122), or of one that is named (5122.1).")
    .argument("<id>", "a work request or a run")
    .option("-f, --follow", "go on until the end of the work request, over all its runs")
    .option("-n, --tail <lines>", "only the last so many lines", countArgument)
    .option("-t, --timestamps", "before each line, the time since the run's start")
    .option("-T, --clock-times", "before each line, the time of day")
    .addOption(new Option("--stream <name>", "only what went there").choices(["stdout", "stderr"]));
  withOutput(withServer(withWeb(command)))
    .option("--jsonl", "each piece of output as one JSON document on a line of its own")
    .action(action(cli, log));
}

async function log(session: Session, options: Options, text: string): Promise<ExitCode> {
  const { id, runId } = requestOrRunOf(text);
  const style = {
    timestamps: options.clockTimes === true ? "absolute" : options.timestamps === true ? "elapsed" : "none",
    isJsonl: options.jsonl === true,
    ...(options.stream !== undefined && { stream: options.stream }),
  } as const;
  if (options.web === true) return openPage(session, PAGE.log(id, runId ?? (await newestRun(session, id))));
  if (session.wantsJson) return logDocument(session, runId ?? (await newestRun(session, id)), options);
  if (options.follow === true) {
    const named = runId === undefined ? {} : { runId };
    return showLog(session, id, { style, isFollowed: true, tail: options.tail, ...named });
  }
  const run = runId ?? (await newestRun(session, id));
  return showLog(session, id, { style, isFollowed: false, tail: options.tail, runId: run });
}

async function newestRun(session: Session, id: WorkRequestId): Promise<RunId> {
  const { work_request, runs } = await session.client.call("getWorkRequest", { params: { id } });
  const newest = runs.at(-1);
  if (newest !== undefined) return newest.id;
  throw new CliError(EXIT.not_found, `#${id} has no log: it has not run (it is ${work_request.status}).`, {
    next: `See why: almanac why ${id}; or wait for it: almanac log -f ${id}`,
  });
}
