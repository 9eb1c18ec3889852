import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { action, type Session, type SharedOptions } from "../session.ts";
import { bytesArgument, keyOf, withKey, withOutput, withServer, type KeyOptions } from "../shared-options.ts";
import { renderEstimate } from "../terminal/estimate-view.ts";

type Options = SharedOptions & KeyOptions & { inputSize?: number; whatIf?: number };

/** `almanac estimate`. */
export function define(command: Command, cli: Cli): void {
  withKey(command)
    .description("What the history predicts for the next run: the usual, the high, and what would be allocated.")
    .option("--input-size <size>", "the size of its input, such as 300M", bytesArgument)
    .option("--what-if <memory>", "what would this much memory be worth, such as 4G", bytesArgument);
  withOutput(withServer(command)).action(action(cli, estimate));
}

async function estimate(
  session: Session,
  options: Options,
  ...[task, subject, context]: readonly [string, string?, string?]
): Promise<ExitCode> {
  const key = keyOf(options, task, subject, context);
  const query = { ...key, input_size: options.inputSize, what_if: options.whatIf };
  const answer = await session.client.call("estimate", { query });
  if (session.wantsJson) session.json({ ...key, ...answer }, answer.estimate);
  else session.print(renderEstimate(key, answer, session.surface));
  return EXIT.success;
}
