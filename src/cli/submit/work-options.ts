import { Option, type Command } from "commander";
import { TASK_TYPES } from "../../domain/task.ts";
import { FAIL_ON } from "../../domain/verdict.ts";
import { usageError } from "../failure.ts";
import type { Session } from "../session.ts";
import { bytesArgument, integerArgument, positiveArgument, repeated, secondsArgument } from "../shared-options.ts";
import { readSubmissionFile, type SubmissionFile } from "./submission-file.ts";

/** Adds the options that say what the work is. */
export function withWork(command: Command): Command {
  return command
    .optionsGroup("The work:")
    .option("--task <name>", "what the history is kept under (default: the command's name)")
    .option("--workflow <name>", "a configured workflow, instead of a task")
    .addOption(new Option("--type <type>", "the task's type (default: worker)").choices(TASK_TYPES))
    .option("-d, --data <NAME=VALUE>", "data of a configured task or workflow: JSON, else text (repeatable)", repeated)
    .option("--subject <subject>", "what it is applied to, such as a package")
    .option("-c, --context <context>", "what changes its behaviour, such as bookworm/amd64")
    .option("--script <text>", "a shell script instead of a command")
    .option("-e, --env <NAME=VALUE>", "a variable of its environment (repeatable)", repeated)
    .option("--file <NAME=PATH>", "a small input file for its directory (repeatable)", repeated)
    .option("--input <[DIR=]ID[:PATTERN]>", "files that a request left, such as in=12:*.deb (repeatable)", repeated)
    .option("--output <glob>", "files to keep with the run; it fails without them (repeatable)", repeated)
    .option("--output-if-any <glob>", "files to keep where there are any (repeatable)", repeated)
    .option("--cwd <dir>", "where in its directory it starts")
    .option("--name <name>", "a name of its own")
    .option("--no-trusted", "does not train shared estimates")
    .option("--expire-after <time>", "delete it so long after its end; its history stays", secondsArgument);
}

/** Adds the options that say what the work needs and when it runs. */
export function withDemands(command: Command): Command {
  return command
    .optionsGroup("What it needs (else what its history says):")
    .option("--memory <size>", "such as 2G", bytesArgument)
    .option("--disk <size>", "such as 20G", bytesArgument)
    .option("--cpus <n>", "cores", positiveArgument)
    .option("--time <time>", "the longest it may run, such as 1h30m", secondsArgument)
    .option("--tag <tag>", "a tag that the worker must have (repeatable)", repeated)
    .optionsGroup("When it runs:")
    .option("--priority <n>", "higher goes first", integerArgument)
    .option("--after <id...>", "only after these have ended well")
    .option("--allow-failure", "what waits for it goes on although it fails")
    .addOption(
      new Option(
        "--fail-on <which>",
        "which failures count: those that history says should have passed, any, or none",
      ).choices(FAIL_ON),
    )
    .option(
      "--on <when=action>",
      "whom to tell when it ended: regression=mailto:me@example.org, failure=https://… (repeatable)",
      repeated,
    )
    .option("--manual", "wait for `almanac unblock`");
}

/** One word without a `--` is a file; what stands after `--` is a command. */
export async function fileOf(session: Session, words: readonly string[]): Promise<SubmissionFile | undefined> {
  const [path, ...more] = words;
  const terminator = session.cli.args.indexOf("--");
  const commandLength = terminator === -1 ? 0 : session.cli.args.length - terminator - 1;
  if (path === undefined || (terminator !== -1 && words.length === commandLength)) return undefined;
  if (terminator === -1 && more.length === 0) return readSubmissionFile(path, session.cli);
  throw usageError(
    `"${words.join(" ")}" is neither one file nor a command after --.`,
    "A command stands after --, and a file stands alone: almanac submit -- make -j4; almanac submit work.yaml",
  );
}
