import { InvalidArgumentError, Option, type Command } from "commander";
import { TASK_TYPES, type HistoryKey, type TaskType } from "../domain/task.ts";
import { parseBytes, parseDuration } from "../domain/units.ts";

/** What `withKey` reads. */
export type KeyOptions = { context?: string; type: TaskType };

/** Adds the arguments and options that name a key of the history. */
export function withKey(command: Command): Command {
  return command
    .argument("<task>", "the task's name")
    .argument("[subject]", "what it is applied to")
    .argument("[context]", "the circumstances; the same as --context")
    .option("-c, --context <context>", "the circumstances")
    .addOption(new Option("--type <type>", "the task's type").choices(TASK_TYPES).default("worker"));
}

/** The key that the arguments and options of `withKey` name. */
export function keyOf(
  options: KeyOptions,
  task_name: string,
  subject = "",
  context = options.context ?? "",
): HistoryKey {
  return { task_type: options.type, task_name, subject, context };
}

/** Adds the options of every command that talks to a server. */
export function withServer(command: Command): Command {
  return command
    .optionsGroup("Server:")
    .option("--url <url>", "the server's address (else $ALMANAC_URL, else what runs in --home)")
    .option("--token <token>", "the token for it (better: $ALMANAC_TOKEN, which others cannot see)")
    .addOption(homeOption())
    .option("--debug", "show the HTTP exchanges, and where an error came from");
}

/** Adds the options for how a command's output looks. */
export function withOutput(command: Command): Command {
  return command
    .optionsGroup("Output:")
    .option("--json", "one JSON document (--json=FIELD,FIELD: only those fields)")
    .addOption(new Option("--json-fields <list>").hideHelp())
    .addOption(
      new Option("--color <when>", "colours (NO_COLOR and FORCE_COLOR count too)").choices(["auto", "always", "never"]),
    )
    .option("--ascii", "plain letters instead of symbols")
    .option("--utc", "times in UTC instead of the local time zone");
}

/** Adds the options of tables. */
export function withTable(command: Command): Command {
  return withOutput(command)
    .option("--no-header", "no line of column names")
    .option("--wide", "all columns, nothing cut");
}

/** The directory in which server, worker and local history live. */
export function homeOption(): Option {
  return new Option("--home <dir>", "where Almanac keeps its state (else $ALMANAC_HOME, ~/.local/share/almanac)");
}

/** Bytes of an option's text, such as `2G`. */
export function bytesArgument(text: string): number {
  const bytes = parseBytes(text);
  if (bytes === undefined || bytes <= 0) throw new InvalidArgumentError('Expected bytes like "2G", "512M" or "4096".');
  return bytes;
}

/** Seconds of an option's text, such as `1h30m`. */
export function secondsArgument(text: string): number {
  const seconds = parseDuration(text);
  if (seconds === undefined || seconds <= 0) {
    throw new InvalidArgumentError('Expected a time like "90s", "1h30m" or seconds.');
  }
  return seconds;
}

/** A number above 0, such as cores. */
export function positiveArgument(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError("Expected a number above 0.");
  return value;
}

/** A whole number of at least 0. */
export function countArgument(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("Expected a whole number of at least 0.");
  return Number(text);
}

/** A whole number, below 0 too. */
export function integerArgument(text: string): number {
  if (!/^-?\d{1,9}$/.test(text)) throw new InvalidArgumentError("Expected a whole number.");
  return Number(text);
}

/** Collects an option that may be given several times. */
export function repeated(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text];
}
