import { Option, type Command } from "commander";
import type { Cli } from "../cli.ts";
import { measureHere } from "../here/measure-here.ts";
import type { MeasureHereOptions } from "../here/here-options.ts";
import { countArgument } from "../shared-options.ts";

const EXAMPLES = `Examples:
  almanac measure -- make -j8
  almanac measure --plot -- make -j8             memory, cores and disk over time
  almanac measure --repeat 10 -- ./benchmark
  almanac measure --json --output figures.json -- make
`;

/** `almanac measure`, where its arguments are not plain; else `here/quick-start.ts` runs it. */
export function define(command: Command, cli: Cli): void {
  command
    .usage("[options] [--] COMMAND [ARG...]")
    .description(
      "Run a command here, with this terminal, exit as it does, and print on standard error what its whole\n" +
        "process tree used. Keeps nothing.",
    )
    .addHelpText("before", EXAMPLES)
    .argument("<command...>", "the command and its arguments")
    .passThroughOptions()
    .option("--repeat <n>", "run it so often, one after the other, and show the spread", countArgument)
    .addOption(new Option("--plot", "memory, cores and disk over time as well").conflicts(["json", "repeat"]))
    .option("--json", "the figures as JSON, on standard error: standard output is the command's")
    .option("--output <file>", "the figures into this file instead")
    .addOption(new Option("--debug").hideHelp())
    .action(async (words: string[], options: MeasureHereOptions) => {
      cli.exitCode = await measureHere(cli, options, words);
    });
}
