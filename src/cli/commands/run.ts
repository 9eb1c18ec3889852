import { Option, type Command } from "commander";
import type { Cli } from "../cli.ts";
import { runHere } from "../here/run-here.ts";
import type { RunHereOptions } from "../here/here-options.ts";
import { homeOption } from "../shared-options.ts";

const EXAMPLES = `Examples:
  almanac run -- make -j8                         history of make, in this directory, on this architecture
  almanac run --task test --subject left-pad -- npm test
  almanac history make --local                    what was kept
`;

/** `almanac run`, where its arguments are not plain; else `here/quick-start.ts` runs it. */
export function define(command: Command, cli: Cli): void {
  command
    .usage("[options] [--] COMMAND [ARG...]")
    .description(
      "Run a command here, with this terminal, and exit as it does. The run is measured, kept in the local\n" +
        "history, and compared with earlier ones on standard error. Needs no server.",
    )
    .addHelpText("before", EXAMPLES)
    .argument("<command...>", "the command and its arguments")
    .passThroughOptions()
    .option("--task <name>", "what the history is kept under (default: the command's name)")
    .option("--subject <subject>", "what it is applied to (default: the directory's name)")
    .option("-c, --context <context>", "the circumstances (default: the architecture)")
    .addOption(homeOption())
    .option("--json", "the kept entry and the comparison as JSON, on standard error: standard output is the command's")
    .option("--output <file>", "the report into this file instead")
    .addOption(new Option("--debug").hideHelp())
    .action(async (words: string[], options: RunHereOptions) => {
      cli.exitCode = await runHere(cli, options, words);
    });
}
