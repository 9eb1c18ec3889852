import { Argument, type Command } from "commander";
import type { Cli } from "../cli.ts";
import { completionScript, SHELLS, type Shell } from "../completion/scripts.ts";
import { EXIT } from "../exit-code.ts";

const EXAMPLES = `Examples:
  bash   eval "$(almanac completion bash)"                                       in ~/.bashrc
  zsh    eval "$(almanac completion zsh)"                                        in ~/.zshrc, after compinit
  fish   almanac completion fish > ~/.config/fish/completions/almanac.fish
`;

/** `almanac completion`. */
export function define(command: Command, cli: Cli): void {
  command
    .description("Prints a script that completes commands, options, numbers of requests, tasks and workers.")
    .addHelpText("before", EXAMPLES)
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .action((shell: Shell) => {
      cli.stdout.write(completionScript(shell));
      cli.exitCode = EXIT.success;
    });
}
