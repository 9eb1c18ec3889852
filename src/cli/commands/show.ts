import type { Command } from "commander";
import { parseLookupName } from "../../history/lookup-name.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { usageError } from "../failure.ts";
import { openPage, withWeb, type WebOptions } from "../open-page.ts";
import { PAGE } from "../page-address.ts";
import { requestOrRunOf } from "../request-ids.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { withOutput, withServer } from "../shared-options.ts";
import { readShown, renderShown, type AskedFor } from "../show/shown-request.ts";
import { watchShown } from "../show/watch-shown.ts";
import { renderHistory } from "../terminal/history-view.ts";
import { isWatched } from "../wait/is-watched.ts";
import { exitCodeOfRequest } from "../wait/verdict.ts";

type Options = SharedOptions & WebOptions & { exitStatus?: boolean; plot?: boolean; watch?: boolean };

const EXAMPLES = `Examples:
  almanac show 5122                          how it stands, why, what it was given and used, every attempt
  almanac show 5122 --watch --plot           the same, kept up to date to its end, with its curves
  almanac show last-success:worker:build:hello:   the last run of a key that passed
`;

/** `almanac show`. */
export function define(command: Command, cli: Cli): void {
  command
    .description(
      "One work request with its runs: 5122, #5122, one run of it (5122.1), or an entry of the history by\n" +
        "name (last-success:worker:build:hello:bookworm%2Famd64; last-entry: and last-failure: too).",
    )
    .addHelpText("before", EXAMPLES)
    .argument("<id>", "a work request, a run, or the name of an entry")
    .option("--plot", "what the newest of the runs used over time, also while it runs")
    .option("-w, --watch", "go on to its end, or until Ctrl-C: drawn anew in place, else one line for each change")
    .option("--exit-status", "exit with what became of it, as `almanac wait` does");
  withOutput(withServer(withWeb(command)))
    .option("--jsonl", "with --watch: each change as one JSON document on a line of its own")
    .action(action(cli, show));
}

async function show(session: Session, options: Options, text: string): Promise<ExitCode> {
  const isToBeWatched = isWatched(session, options, `almanac show ${text} --json`);
  if (text.startsWith("last-")) {
    if (isToBeWatched) throw usageError(`--watch: ${text} is an entry of the history, which does not change.`);
    return showEntry(session, options, text);
  }
  const asked = requestOrRunOf(text);
  return isToBeWatched ? watchShown(session, options, asked) : showOnce(session, options, asked);
}

async function showOnce(session: Session, options: Options, asked: AskedFor): Promise<ExitCode> {
  const shown = await readShown(session, asked);
  const { work_request, runs } = shown;
  if (options.web === true) return openPage(session, shown.page);
  if (session.wantsJson) session.json({ work_request, runs }, work_request);
  else session.print(renderShown(shown, session.surface, options));
  return options.exitStatus === true ? exitCodeOfRequest(work_request) : EXIT.success;
}

async function showEntry(session: Session, options: Options, name: string): Promise<ExitCode> {
  const { entry } = await session.client.call("lookup", { params: { name } });
  if (options.web === true) {
    const { task_type, task_name, subject, context } = entry;
    return openPage(session, PAGE.history({ task_type, task_name, subject, context }));
  }
  if (session.wantsJson) {
    session.json({ entry }, entry);
    return EXIT.success;
  }
  const parsed = parseLookupName(name);
  const key = parsed.ok ? parsed.lookup.key : entry;
  session.print(renderHistory([entry], { mode: "list", task_name: key.task_name }, session.surface));
  return EXIT.success;
}
