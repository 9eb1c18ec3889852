import { Command, CommanderError } from "commander";
import { VERSION } from "../client/version.ts";
import type { Cli } from "./cli.ts";
import { COMMANDS, type CommandEntry } from "./command-table.ts";
import { EXIT } from "./exit-code.ts";

const EXAMPLES = `Examples:
  almanac up                                           start a server and a worker here
  almanac submit --task build --subject hello -- make  ask for work; prints its number
  almanac watch 1                                      follow it to its end
  almanac history build hello --plot                   what earlier runs used
  almanac run -- make -j8                              no server: run here, remember, compare
`;

/** Parses the arguments (without Node and the script) and runs the command they name. Sets `cli.exitCode`. */
export async function runProgram(args: readonly string[], cli: Cli): Promise<void> {
  const program = buildProgram(cli);
  try {
    await program.parseAsync(args.length === 0 ? ["--help"] : rewrite(args), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Commander has told what is wrong, or has printed the help or the version that was asked for.
    cli.exitCode = error.exitCode === 0 ? EXIT.success : EXIT.usage;
  }
}

/** The program with all commands by name; a command's own options are loaded when it is reached. */
export function buildProgram(cli: Cli): Command {
  const program = new Command("almanac");
  program
    .description("A work-request server that remembers every run, and uses what it remembers.")
    .addHelpText("before", EXAMPLES)
    .version(VERSION, "-V, --version")
    .helpCommand(false) // `help NAME` is rewritten: the command's own options must be loaded first
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => cli.stdout.write(text),
      writeErr: (text) => cli.stderr.write(text),
      outputError: (text, write) => write(errorText(text)),
    });
  for (const entry of COMMANDS) addCommand(program, entry);
  program.hook("preSubcommand", async (_, command) => loadCommand(command, cli));
  return program;
}

/** Gives a command of the program its arguments, options and action. */
export async function loadCommand(command: Command, cli: Cli): Promise<void> {
  const entry = COMMANDS.find(({ name }) => name === command.name());
  if (entry === undefined) return;
  (await entry.load()).define(command, cli);
}

function addCommand(program: Command, entry: CommandEntry): void {
  const command = program.command(entry.name, { hidden: entry.isHidden === true });
  command.summary(entry.summary).helpGroup(entry.group);
  command.aliases([...(entry.aliases ?? [])]);
}

/** `help ls` is `ls --help`; `--json=id,status` is told apart from `--json` with an argument after it. */
function rewrite(args: readonly string[]): string[] {
  const [first, ...rest] = args;
  if (first === "help") return [...rest, "--help"];
  const end = args.indexOf("--");
  return withCommandFirst(args).map((arg, index) =>
    arg.startsWith("--json=") && (end === -1 || index < end) ? arg.replace("--json=", "--json-fields=") : arg,
  );
}

const SHARED_WITH_VALUE: ReadonlySet<string> = new Set(["--url", "--token", "--home", "--color"]);
/** Commands that have commands below them. */
const NESTED: ReadonlySet<string> = new Set(["worker", "token", "config", "workflow", "schedule", "hook"]);
const OWN: ReadonlySet<string> = new Set(["--help", "-h", "--version", "-V"]);

/** `--json ls` is `ls --json`: options before the command are the command's. */
function withCommandFirst(args: readonly string[]): string[] {
  let index = 0;
  // ends at the first word that is no option, or an option of the program itself
  while (index < args.length && args[index]!.startsWith("-") && !OWN.has(args[index]!)) {
    index += SHARED_WITH_VALUE.has(args[index]!) ? 2 : 1; // below the length, as the line before
  }
  const [name, next] = args.slice(index);
  if (name === undefined) return [...args];
  const isNested = NESTED.has(name) && next !== undefined && !next.startsWith("-");
  const words = isNested ? [name, next] : [name];
  return [...words, ...args.slice(0, index), ...args.slice(index + words.length)];
}

function errorText(text: string): string {
  return text
    .replace(/^error: /, "almanac: ")
    .replace(/\n\(/, "\n  (")
    .replace(/\n?$/, "\n  Add --help to see what there is.\n");
}
