import { Option, type Command } from "commander";
import type { Answer } from "../../client/call-types.ts";
import type { Given } from "../../contract/route.ts";
import type { Routes } from "../../contract/routes.ts";
import { MISSED_POLICIES } from "../../domain/schedule.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { usageError } from "../failure.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { withOutput, withServer, withTable } from "../shared-options.ts";
import { fileOf, withDemands, withWork } from "../submit/work-options.ts";
import { requestFromOptions, type RequestOptions } from "../submit/from-options.ts";
import { withPlaces } from "../submit/refusal.ts";
import { firingText, renderSchedule, scheduleColumns } from "../terminal/schedule-view.ts";
import { formatMoment } from "../terminal/relative-time.ts";
import { renderTable } from "../terminal/table.ts";

type Schedule = Answer<"getSchedule">["schedule"];
type AddOptions = SharedOptions &
  RequestOptions & { tz?: string; missed?: (typeof MISSED_POLICIES)[number]; dryRun?: boolean };

const EXAMPLES = `Examples:
  almanac schedule add nightly '0 3 * * *' --tz Europe/Berlin -- make test
  almanac schedule add hourly @hourly --missed skip work.yaml
  almanac schedule show nightly
  almanac wait $(almanac schedule run nightly)
`;

/** `almanac schedule`. */
export function define(command: Command, cli: Cli): void {
  command.description("Work that is submitted again and again.").addHelpText("before", EXAMPLES);
  const add = command
    .command("add")
    .usage("[options] NAME CRON -- COMMAND [ARG...]\n       almanac schedule add [options] NAME CRON FILE|-")
    .description("Make a schedule, or change the one of that name.")
    .argument("<name>", "what it is called")
    .argument("<cron>", "minute hour day month weekday, such as '*/15 * * * *'; or @daily, @hourly, @weekly, @monthly")
    .argument("[words...]", "the command to run (after --), or a file of requests (- for standard input)")
    .option("--tz <zone>", "the time zone of its times (default: UTC)")
    .addOption(
      new Option(
        "--missed <what>",
        "times that no server was there for: none, one for all, or all (default: once)",
      ).choices(MISSED_POLICIES),
    );
  add.option("--dry-run", "make nothing: say when it would be due, and what is wrong with it");
  withWork(add);
  withDemands(add);
  withOutput(withServer(add)).action(action(cli, addSchedule));
  withTable(withServer(command.command("ls").description("All schedules, by name."))).action(
    action(cli, listSchedules),
  );
  const show = command
    .command("show")
    .description("One schedule, and what became of its newest due times.")
    .argument("<name>", "its name");
  withOutput(withServer(show)).action(action(cli, showSchedule));
  const run = command
    .command("run")
    .description("Submit what a schedule submits now, also while it is paused; its times stay as they are.")
    .argument("<name>", "its name");
  withOutput(withServer(run)).action(action(cli, runSchedule));
  defineChange(command, cli, "pause", "Stop schedules; what they have submitted goes on.", pause);
  defineChange(command, cli, "resume", "Let paused schedules go on, from now.", resume);
  defineChange(command, cli, "rm", "Forget schedules; what they have submitted stays.", remove);
}

type Change = (session: Session, name: string) => Promise<string>;

function defineChange(command: Command, cli: Cli, name: string, description: string, change: Change): void {
  const changing = command.command(name).description(description).argument("<name...>", "their names");
  const changeEach = async (session: Session, _: SharedOptions, names: string[]) => {
    for (const each of names) session.print(`${await change(session, each)}\n`);
    return EXIT.success;
  };
  withServer(changing).action(action(cli, changeEach));
}

async function addSchedule(
  session: Session,
  options: AddOptions,
  name: string,
  cron: string,
  words: string[],
): Promise<ExitCode> {
  const file = await fileOf(session, words);
  if (file?.body["submission_key"] !== undefined) {
    throw usageError("a schedule's submission has no submission_key.", "Each of its submissions gets one of its own.");
  }
  const submission = file?.body ?? { work_requests: [requestFromOptions(options, words)] };
  const body = { cron, submission, time_zone: options.tz, missed: options.missed };
  try {
    if (options.dryRun === true) return await previewSchedule(session, body);
    const { schedule } = await session.client.call("putSchedule", { params: { name }, body });
    if (session.wantsJson) session.json({ schedule }, schedule);
    else session.print(renderSchedule(schedule, session.surface));
    return EXIT.success;
  } catch (error) {
    throw file === undefined ? error : await withPlaces(error, file);
  }
}

async function previewSchedule(session: Session, body: Given<Routes["putSchedule"]["body"]>): Promise<ExitCode> {
  const answer = await session.client.call("previewSchedule", { body });
  if (session.wantsJson) session.json(answer);
  else session.print(answer.next.map((at) => `${formatMoment(at, session.surface)}\n`).join(""));
  session.say("dry run: nothing was made; it would be due then");
  return EXIT.success;
}

async function listSchedules(session: Session): Promise<ExitCode> {
  const { schedules } = await session.client.call("listSchedules");
  if (session.wantsJson) session.json({ schedules }, schedules);
  else session.print(renderTable(scheduleColumns(session.surface), schedules, session.surface, session.tableOptions));
  return EXIT.success;
}

async function showSchedule(session: Session, _: SharedOptions, name: string): Promise<ExitCode> {
  const answer = await session.client.call("getSchedule", { params: { name } });
  if (session.wantsJson) session.json(answer);
  else {
    const lines = answer.firings.slice(0, 20).map((firing) => `  ${firingText(firing, session.surface)}\n`);
    session.print(renderSchedule(answer.schedule, session.surface) + lines.join(""));
  }
  return EXIT.success;
}

async function runSchedule(session: Session, _: SharedOptions, name: string): Promise<ExitCode> {
  const answer = await session.client.call("runSchedule", { params: { name }, body: {} });
  if (session.wantsJson) session.json(answer);
  else session.print(answer.firing.work_request_ids.map((id) => `${id}\n`).join(""));
  return EXIT.success;
}

async function pause(session: Session, name: string): Promise<string> {
  await session.client.call("pauseSchedule", { params: { name }, body: {} });
  return `${name} is paused`;
}

async function resume(session: Session, name: string): Promise<string> {
  const { schedule }: { schedule: Schedule } = await session.client.call("resumeSchedule", {
    params: { name },
    body: {},
  });
  return `${name} goes on${schedule.next_at === null ? "" : `; it is due next at ${schedule.next_at}`}`;
}

async function remove(session: Session, name: string): Promise<string> {
  await session.client.call("removeSchedule", { params: { name } });
  return `${name} removed`;
}
