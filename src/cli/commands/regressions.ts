import { Option, type Command } from "commander";
import {
  FINDING_KINDS,
  FINDING_STATES,
  type Finding,
  type FindingKind,
  type FindingState,
} from "../../domain/finding.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { usageError } from "../failure.ts";
import { openPage, withWeb, type WebOptions } from "../open-page.ts";
import { PAGE, pageUrl } from "../page-address.ts";
import { readPages } from "../read-pages.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { countArgument, withServer, withTable } from "../shared-options.ts";
import { renderFinding, renderFindings } from "../terminal/finding-view.ts";

type Options = SharedOptions &
  WebOptions & {
    state?: FindingState;
    kind?: FindingKind;
    all?: boolean;
    limit: number;
    task?: string;
    subject?: string;
    context?: string;
    /** False: nobody. */
    owner?: string | false;
    mark?: FindingState;
    note?: string;
  };

/** `almanac regressions`. */
export function define(command: Command, cli: Cli): void {
  command
    .description(
      "What has changed: keys that fail and passed before, keys whose runs need other memory or time than before, and\n" +
        "failures of the whole farm. Newest first; without --all only what is not fixed.",
    )
    .argument("[id]", "a finding: all that is known of it; with --mark it is put into a state")
    .addOption(new Option("--kind <kind>", "only these").choices(FINDING_KINDS))
    .addOption(new Option("--state <state>", "only those in this state").choices(FINDING_STATES))
    .option("--task <name>", "only of this task")
    .option("--subject <subject>", "only of this subject")
    .option("--context <context>", "only of this context")
    .option("--owner <name>", "only those that this person looks after; with an id: from now on they do")
    .option("--no-owner", "only those that nobody has taken; with an id: nobody has it from now on")
    .option("--all", "those that are fixed too")
    .option("--limit <n>", "at most so many", countArgument, 100)
    .addOption(new Option("--mark <state>", "the state to put the finding into").choices(FINDING_STATES))
    .option("-m, --note <text>", "why, for those who wonder");
  withTable(withServer(withWeb(command))).action(action(cli, regressions));
}

async function regressions(session: Session, options: Options, text?: string): Promise<ExitCode> {
  if (text !== undefined || options.mark !== undefined || options.note !== undefined)
    return one(session, options, text);
  const query = queryOf(options);
  if (options.web === true) return openPage(session, listPage(query));
  const findings = await readPages<Finding>(options.limit, (page) =>
    session.client.call("listFindings", { query: { ...query, ...page } }),
  );
  if (session.wantsJson) session.json({ findings }, findings);
  else session.print(renderFindings(findings, session.surface, session.tableOptions));
  if (findings.length === 0 && !session.wantsJson) session.say(emptyText(query));
  return EXIT.success;
}

/** The page lists what is open unless it is told otherwise. */
function listPage({ state, ...others }: ReturnType<typeof queryOf>): string {
  return PAGE.regressions({ ...others, state: state === "open" ? undefined : (state ?? "all") });
}

/** Where some are asked for, others may be open. */
function emptyText({ state, ...others }: ReturnType<typeof queryOf>): string {
  const isAsked = Object.keys(others).length > 0 || (state !== undefined && state !== "open");
  return isAsked ? "no finding matches" : "nothing has changed for the worse";
}

function queryOf({ kind, state, all, task, subject, context, owner }: Options) {
  const wanted = state ?? (all === true ? undefined : ("open" as const));
  return {
    ...(kind !== undefined && { kind }),
    ...(wanted !== undefined && { state: wanted }),
    ...(task !== undefined && { task_name: task }),
    ...(subject !== undefined && { subject }),
    ...(context !== undefined && { context }),
    ...(typeof owner === "string" && { owner }),
    ...(owner === false && { has_owner: "no" as const }),
  };
}

async function one(session: Session, options: Options, text: string | undefined): Promise<ExitCode> {
  const id = Number(text);
  if (!Number.isSafeInteger(id) || id < 1) {
    throw usageError("a finding is said by its number, such as 7.", "almanac regressions 7 --mark known --note TEXT");
  }
  const params = { id };
  const { mark, note, owner } = options;
  if (note !== undefined && mark === undefined) {
    throw usageError(
      "a note says why a finding is put into a state: it needs --mark STATE.",
      `almanac regressions ${id} --mark known --note TEXT`,
    );
  }
  if (mark === undefined && owner === undefined) {
    const { finding } = await session.client.call("getFinding", { params });
    if (options.web === true) return openPage(session, PAGE.finding(id));
    if (session.wantsJson) session.json({ finding }, finding);
    else session.print(renderFinding(finding, session.surface, pageUrl(session, PAGE.finding(id))));
    return EXIT.success;
  }
  const body = {
    ...(mark !== undefined && { state: mark }),
    ...(note !== undefined && { note }),
    ...(owner !== undefined && { owner: owner === false ? null : owner }),
  };
  const { finding } = await session.client.call("changeFinding", { params, body });
  if (options.web === true) return openPage(session, PAGE.finding(id));
  if (session.wantsJson) session.json({ finding }, finding);
  else session.print(`finding ${id} ${changedText(options, finding)}\n`);
  return EXIT.success;
}

function changedText({ mark, owner }: Options, finding: Finding): string {
  return [
    ...(mark === undefined ? [] : [`is ${finding.state}`]),
    ...(owner === undefined ? [] : [`is looked after by ${finding.owner ?? "nobody"}`]),
  ].join(" and ");
}
