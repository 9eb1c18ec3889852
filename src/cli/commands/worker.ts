import { Option, type Command } from "commander";
import type { WorkerName } from "../../domain/ids.ts";
import type { WorkerLine } from "../../domain/worker-line.ts";
import { inWorkerOrder, WORKER_ORDERS, type WorkerOrder } from "../../domain/worker-order.ts";
import { workerName } from "../../contract/names.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { usageError } from "../failure.ts";
import { openPage, withWeb, type WebOptions } from "../open-page.ts";
import { PAGE } from "../page-address.ts";
import { readPages } from "../read-pages.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { countArgument, withOutput, withServer, withTable } from "../shared-options.ts";
import { renderWorkerLines } from "../terminal/worker-lines-view.ts";
import { renderWorker, renderWorkerList } from "../terminal/worker-view.ts";
import { withConfig } from "../up/find-config.ts";
import { runWorker, type RunWorkerOptions } from "../up/run-worker.ts";
import { withWorkerOptions } from "../up/worker-options.ts";

const EXAMPLES = `Examples:
  almanac worker --url https://almanac.example:4747 --join almanac_…   join a server, then work for it
  almanac worker                                                       again, after that
  almanac worker ls                                                    who works, and with what
  almanac worker ls --sort errors                                      on which runs fail without their own fault
  almanac worker log w-04                                              what its program said, for why it misbehaves
  almanac worker drain w-04                                            take nothing new
`;

/** `almanac worker`. */
export function define(command: Command, cli: Cli): void {
  command.description("Be a worker (the default), or see and steer workers.").addHelpText("before", EXAMPLES);
  const run = command.command("run", { isDefault: true }).description("Be a worker of a server, until Ctrl-C.");
  withConfig(withWorkerOptions(run)).option(
    "--join <token>",
    "a one-time token: `almanac token new --worker` on the server makes it",
  );
  withServer(run).action(action<RunWorkerOptions, []>(cli, (session, options) => runWorker(session, options)));

  const ls = command.command("ls").description("All workers, with what their runs hold and use.");
  ls.addOption(
    new Option("--sort <figure>", "by name, or what has most of it first").choices(WORKER_ORDERS).default("worker"),
  );
  withTable(withServer(ls)).action(action(cli, list));
  withOutput(withServer(withWeb(named(command, "show", "One worker and what runs on it.")))).action(action(cli, show));
  const log = named(command, "log", "What the program of a worker said of itself, the newest last.");
  log.option("-n, --tail <lines>", "only the last so many lines; a thousand are kept", countArgument, 100);
  withOutput(withServer(log))
    .option("--no-header", "no line of column names")
    .option("--jsonl", "each line as one JSON document on a line of its own")
    .action(action(cli, showLines));
  for (const [name, description] of CHANGES) {
    const change = named(command, name, description, "<name...>");
    withOutput(withServer(change)).action(
      action(cli, (session: Session, _: SharedOptions, names: string[]) => changeWorkers(session, name, names)),
    );
  }
}

type Change = "drain" | "resume" | "rm";
const CHANGES: readonly [Change, string][] = [
  ["drain", "Let workers finish what they have and take nothing new."],
  ["resume", "Let drained workers take work again."],
  ["rm", "Forget workers that run nothing, and end their tokens."],
];

function named(command: Command, name: string, description: string, argument = "<name>"): Command {
  return command.command(name).description(description).argument(argument, "as `almanac worker ls` shows it");
}

async function list(session: Session, { sort }: SharedOptions & { sort: WorkerOrder }): Promise<ExitCode> {
  const answer = await session.client.call("listWorkers");
  const workers = inWorkerOrder(answer.workers, sort);
  if (session.wantsJson) session.json({ ...answer, workers }, workers);
  else session.print(renderWorkerList(workers, session.surface, session.tableOptions));
  if (workers.length === 0) {
    session.say("no worker has joined; on the machine that should work: almanac worker --url … --join …");
    session.say("(`almanac token new --worker` prints the whole command)");
  }
  return EXIT.success;
}

async function show(session: Session, { web }: SharedOptions & WebOptions, name: string): Promise<ExitCode> {
  const answer = await session.client.call("getWorker", { params: { worker_name: nameOf(name) } });
  if (web === true) return openPage(session, PAGE.worker(answer.worker.worker_name));
  if (session.wantsJson) session.json(answer, answer.worker);
  else session.print(renderWorker(answer, session.surface));
  return EXIT.success;
}

async function showLines(session: Session, options: SharedOptions & { tail: number }, name: string): Promise<ExitCode> {
  const params = { worker_name: nameOf(name) };
  const readPage = (page: { limit: number; cursor?: string }) =>
    session.client.call("listWorkerLines", { params, query: page });
  const newest = await readPages<WorkerLine>(options.tail, readPage);
  const lines = newest.toReversed();
  if (session.wantsJson) session.json({ lines }, lines);
  else if (options.jsonl === true) session.print(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  else session.print(renderWorkerLines(lines, session.surface, session.tableOptions));
  if (lines.length === 0 && options.tail > 0 && !session.wantsJson) {
    session.say(`${name} has said nothing yet; here will be when it started and joined, and what went wrong since`);
  }
  return EXIT.success;
}

async function changeWorkers(session: Session, change: Change, texts: readonly string[]): Promise<ExitCode> {
  const names = texts.map(nameOf);
  const done: unknown[] = [];
  for (const worker_name of names) {
    const params = { worker_name };
    if (change === "rm") {
      done.push((await session.client.call("removeWorker", { params })).removed);
    } else {
      done.push((await session.client.call(change === "drain" ? "drainWorker" : "resumeWorker", { params })).worker);
    }
    if (!session.wantsJson) session.print(`${worker_name} ${DONE[change]}\n`);
  }
  if (session.wantsJson) session.json(change === "rm" ? { removed: done } : { workers: done }, done);
  return EXIT.success;
}

const DONE: Record<Change, string> = {
  drain: "takes nothing new",
  resume: "takes work again",
  rm: "removed",
};

function nameOf(text: string): WorkerName {
  const parsed = workerName.safeParse(text);
  if (parsed.success) return parsed.data;
  throw usageError(`"${text}" is not the name of a worker.`, "`almanac worker ls` shows them.");
}
