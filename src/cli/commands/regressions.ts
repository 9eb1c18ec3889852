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
import { readPages } from "../read-pages.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { countArgument, withServer, withTable } from "../shared-options.ts";
import { renderFindings } from "../terminal/finding-view.ts";

type Options = SharedOptions & {
  state?: FindingState;
  kind?: FindingKind;
  all?: boolean;
  limit: number;
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
    .argument("[id]", "a finding, to put it into a state with --mark")
    .addOption(new Option("--kind <kind>", "only these").choices(FINDING_KINDS))
    .addOption(new Option("--state <state>", "only those in this state").choices(FINDING_STATES))
    .option("--all", "those that are fixed too")
    .option("--limit <n>", "at most so many", countArgument, 100)
    .addOption(new Option("--mark <state>", "the state to put the finding into").choices(FINDING_STATES))
    .option("-m, --note <text>", "why, for those who wonder");
  withTable(withServer(command)).action(action(cli, regressions));
}

async function regressions(session: Session, options: Options, id?: string): Promise<ExitCode> {
  if (id !== undefined || options.mark !== undefined) return mark(session, options, id);
  const { kind, all, limit } = options;
  const state = options.state ?? (all === true ? undefined : ("open" as const));
  const query = { ...(kind !== undefined && { kind }), ...(state !== undefined && { state }) };
  const findings = await readPages<Finding>(limit, (page) =>
    session.client.call("listFindings", { query: { ...query, ...page } }),
  );
  if (session.wantsJson) session.json({ findings }, findings);
  else session.print(renderFindings(findings, session.surface, session.tableOptions));
  if (findings.length === 0 && !session.wantsJson) session.say("nothing has changed for the worse");
  return EXIT.success;
}

async function mark(session: Session, options: Options, text: string | undefined): Promise<ExitCode> {
  const id = Number(text);
  if (!Number.isSafeInteger(id) || id < 1 || options.mark === undefined) {
    throw usageError(
      "a finding is put into a state by its number and --mark.",
      "almanac regressions 7 --mark known --note TEXT",
    );
  }
  const body = { state: options.mark, ...(options.note !== undefined && { note: options.note }) };
  const { finding } = await session.client.call("changeFinding", { params: { id }, body });
  if (session.wantsJson) session.json({ finding }, finding);
  else session.print(`finding ${id} is ${finding.state}\n`);
  return EXIT.success;
}
