import { Argument, type Command } from "commander";
import { VERDICT_KINDS, type VerdictKind } from "../../domain/verdict.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { usageError } from "../failure.ts";
import { requestIdOf } from "../request-ids.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { withOutput, withServer } from "../shared-options.ts";

type Options = SharedOptions & { note?: string };

/** What people call a `known_failure`, and what a finding of one is called. */
const KNOWN = "known";

/** `almanac verdict`. */
export function define(command: Command, cli: Cli): void {
  command
    .description(
      "Say what an ended work request means, where Almanac is wrong. What was said before is kept, and later verdicts of\n" +
        "the key go by yours: a failure that is known is not fatal again, a flake counts as one.",
    )
    .argument("<id>", "a work request that has ended: 5122, #5122")
    .addArgument(new Argument("<kind>", "what it means; known: known_failure").choices([...VERDICT_KINDS, KNOWN]))
    .option("-m, --note <text>", "why, for those who wonder; needed");
  withOutput(withServer(command)).action(action(cli, overrule));
}

async function overrule(
  session: Session,
  options: Options,
  id: string,
  said: VerdictKind | typeof KNOWN,
): Promise<ExitCode> {
  if (options.note === undefined || options.note === "") throw usageError("a verdict needs a reason: --note TEXT.");
  const kind = said === KNOWN ? "known_failure" : said;
  const params = { id: requestIdOf(id) };
  const { work_request } = await session.client.call("overruleVerdict", { params, body: { kind, note: options.note } });
  if (session.wantsJson) session.json({ work_request }, work_request);
  else session.print(`#${params.id} is ${kind} (was ${work_request.verdict?.overruled[0]?.kind ?? "not judged"})\n`);
  return EXIT.success;
}
