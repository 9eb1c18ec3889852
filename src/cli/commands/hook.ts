import type { Command } from "commander";
import type { Answer } from "../../client/call-types.ts";
import { unmetText } from "../../domain/hook-text.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { usageError } from "../failure.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { repeated, withOutput, withServer, withTable } from "../shared-options.ts";
import { withPlaces } from "../submit/refusal.ts";
import { readJsonFile, readSubmissionFile } from "../submit/submission-file.ts";
import { formatAgo, formatMoment } from "../terminal/relative-time.ts";
import { sanitizeText } from "../terminal/sanitize.ts";
import { renderTable, type Column } from "../terminal/table.ts";

type Hook = Answer<"getHook">["hook"];
type Call = Answer<"getHook">["calls"][number];
type AddOptions = SharedOptions & { onlyIf?: string[] };

const EXAMPLES = `Examples:
  almanac hook add on-push build.yaml --only-if ref=refs/heads/main
  almanac hook try on-push push.json
  almanac hook show on-push
`;

/** `almanac hook`. */
export function define(command: Command, cli: Cli): void {
  command
    .description("Addresses at which other programs have work submitted, with signed calls.")
    .addHelpText("before", EXAMPLES);
  const add = command
    .command("add")
    .description("Make a hook, or change the one of that name. Prints its address; its secret is shown once.")
    .argument("<name>", "the last part of its address")
    .argument(
      "<file>",
      "what is submitted, in which {{ path }} stands for a part of what was sent (- for standard input)",
    )
    .option("--only-if <PATH=PATTERN>", "only calls with such a part, such as ref=refs/heads/* (repeatable)", repeated);
  withOutput(withServer(add)).action(action(cli, addHook));
  withTable(withServer(command.command("ls").description("All hooks, by name."))).action(action(cli, listHooks));
  const show = command
    .command("show")
    .description("One hook, and what became of its newest calls.")
    .argument("<name>", "its name");
  withOutput(withServer(show)).action(action(cli, showHook));
  const trying = command
    .command("try")
    .description("What a hook would do with a call, by the same rules as in earnest. Nothing is made.")
    .argument("<name>", "its name")
    .argument("<file>", "what the other program would send, as JSON (- for standard input)");
  withOutput(withServer(trying)).action(action(cli, tryHook));
  const remove = command
    .command("rm")
    .description("Forget hooks; what they have submitted stays.")
    .argument("<name...>", "their names");
  withServer(remove).action(action(cli, removeHooks));
}

async function addHook(session: Session, options: AddOptions, name: string, path: string): Promise<ExitCode> {
  const file = await readSubmissionFile(path, session.cli);
  const only_if = Object.fromEntries((options.onlyIf ?? []).map(conditionOf));
  // A secret of the user's own choice comes from the environment: the command line is seen by others.
  const secret = session.cli.env["ALMANAC_HOOK_SECRET"];
  try {
    const answer = await session.client.call("putHook", {
      params: { name },
      body: { submission: file.body, only_if, ...(secret !== undefined && secret !== "" && { secret }) },
    });
    if (session.wantsJson) session.json(answer);
    else session.print(`${addressOf(session, name)}\n`);
    if (answer.secret !== null && !session.wantsJson) {
      session.print(`${answer.secret}\n`);
      session.say("the second line is the secret that calls are signed with; it is shown this once");
    }
    return EXIT.success;
  } catch (error) {
    throw await withPlaces(error, file);
  }
}

/** `PATH=PATTERN`. */
function conditionOf(text: string): [string, string] {
  const equals = text.indexOf("=");
  if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
  throw usageError(
    `--only-if: "${text}" is not of the form PATH=PATTERN.`,
    "For example: --only-if ref=refs/heads/main",
  );
}

function addressOf(session: Session, name: string): string {
  return `${session.client.url.replace(/\/+$/, "")}/hooks/${name}`;
}

async function listHooks(session: Session): Promise<ExitCode> {
  const { hooks } = await session.client.call("listHooks");
  if (session.wantsJson) session.json({ hooks }, hooks);
  else session.print(renderTable(columns(session), hooks, session.surface, session.tableOptions));
  return EXIT.success;
}

function columns(session: Session): Column<Hook>[] {
  return [
    { header: "NAME", cell: ({ name }) => name },
    { header: "ONLY IF", cell: ({ only_if }) => conditionText(only_if), shrinkTo: 10 },
    { header: "BY", cell: ({ created_by }) => created_by },
    {
      header: "LAST",
      cell: ({ last_call: call }) => (call === null ? "never" : formatAgo(call.received_at, session.surface)),
    },
    { header: "DID", cell: ({ last_call: call }) => (call === null ? "" : becameText(call)), shrinkTo: 10 },
  ];
}

function conditionText(only_if: Record<string, string>): string {
  return Object.entries(only_if)
    .map(([path, pattern]) => `${path}=${pattern}`)
    .join(" ");
}

function becameText({ kind, work_request_ids: ids, errors }: Call): string {
  if (kind === "submitted") return `submitted ${ids.map((id) => `#${id}`).join(" ")}`;
  return kind === "ignored"
    ? "ignored: it is not for this hook"
    : `refused: ${errors[0]?.message ?? "no reason given"}`;
}

async function showHook(session: Session, _: SharedOptions, name: string): Promise<ExitCode> {
  const answer = await session.client.call("getHook", { params: { name } });
  if (session.wantsJson) {
    session.json(answer);
    return EXIT.success;
  }
  const { hook, calls } = answer;
  const condition = conditionText(hook.only_if);
  session.print(
    `${sanitizeText(`${name}: ${addressOf(session, name)}${condition === "" ? "" : ` only if ${condition}`}, by ${hook.created_by}`)}\n`,
  );
  for (const call of calls.slice(0, 20)) {
    session.print(`  ${formatMoment(call.received_at, session.surface)}  ${sanitizeText(becameText(call))}\n`);
  }
  return EXIT.success;
}

async function tryHook(session: Session, _: SharedOptions, name: string, path: string): Promise<ExitCode> {
  const sent = await readJsonFile(path, session.cli);
  const { trial } = await session.client.call("tryHook", { params: { name }, body: { sent } });
  if (session.wantsJson) session.json({ trial });
  else session.print(trialText(trial));
  return trial.kind === "refused" ? EXIT.failed : EXIT.success;
}

/** What would become of it, and what would be submitted or why nothing would. */
function trialText({ kind, unmet, submission, errors }: Answer<"tryHook">["trial"]): string {
  const lines = {
    submitted: ["it would submit:", JSON.stringify(submission, null, 2)],
    ignored: ["it would be ignored:", ...unmet.map((condition) => `  ${unmetText(condition)}`)],
    refused: ["it would be refused:", ...errors.map(({ message }) => `  ${message}`)],
  }[kind];
  const shown = lines.flatMap((line) => line.split("\n")); // each is made safe by itself, so that its end stays one
  return shown.map((line) => `${sanitizeText(line)}\n`).join("");
}

async function removeHooks(session: Session, _: SharedOptions, names: string[]): Promise<ExitCode> {
  for (const name of names) {
    await session.client.call("removeHook", { params: { name } });
    session.print(`${name} removed\n`);
  }
  return EXIT.success;
}
