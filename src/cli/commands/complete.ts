import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { candidates } from "../completion/candidates.ts";
import { EXIT } from "../exit-code.ts";

/** `almanac complete`, which the scripts of `almanac completion` call. */
export function define(command: Command, cli: Cli): void {
  command
    .description("Prints what could stand in the place of the last word, one a line, with an explanation after a tab.")
    .argument("[words...]", "what has been typed after `almanac`; the last word may be empty")
    .action(async (words: string[]) => {
      for (const { word, note } of await candidates(cli, words)) {
        cli.stdout.write(note === "" ? `${word}\n` : `${word}\t${note}\n`);
      }
      cli.exitCode = EXIT.success;
    });
}
