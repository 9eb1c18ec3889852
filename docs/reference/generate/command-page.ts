import { Command, type Help, type Option } from "commander";
import type { Cli } from "../../../src/cli/cli.ts";
import { COMMANDS } from "../../../src/cli/command-table.ts";
import { loadCommand } from "../../../src/cli/program.ts";
import { anchorOf } from "../../../src/web/parts/markdown.ts";
import { code, table } from "./markdown.ts";

/** Groups that many commands have, told once. */
const SHARED = ["Server:", "Output:"];

const INTRODUCTION = `# Commands

<!-- Made by docs/reference/generate.ts from the commands' own definitions; change those. -->

The same as \`almanac COMMAND --help\`. In a clone the command is \`npx almanac\`, or \`bin/almanac\`.

`;

const EXIT_CODES = `## Exit codes

The same for all commands; \`run\` and \`measure\` exit as the command that they run does.

| code | meaning |
| --- | --- |
| 0 | done, and the work succeeded |
| 1 | the work failed |
| 2 | wrong usage, or a call that does not fit the state of things |
| 3 | infrastructure: no server, a worker lost, retries spent |
| 4 | not authenticated, or not allowed |
| 5 | not found |
| 6 | aborted |
| 124 | \`--timeout\` was reached |
| 130 | interrupted here; the request goes on |

`;

/** The page of all commands, from their definitions. */
export async function commandPage(): Promise<string> {
  const commands: Command[] = [];
  for (const { name, isHidden } of COMMANDS) {
    if (isHidden === true) continue;
    const command = new Command("almanac").enablePositionalOptions().command(name);
    await loadCommand(command, nobody);
    commands.push(...withSubcommands(command));
  }
  const shared = SHARED.map((group) => sharedSection(group, commands)).join("");
  const index = COMMANDS.filter(({ isHidden }) => isHidden !== true).map(({ name, summary }) => [
    `[${name}](#${anchorOf(`almanac ${name}`)})`,
    summary,
  ]);
  const sections = commands.map((command) => section(command)).join("");
  return INTRODUCTION + table(["command", "what for"], index) + sections + shared + EXIT_CODES;
}

/** Nothing is run: the definitions are only read. */
const nobody = {} as Cli; // a definition keeps it for its action, which is never called

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

function section(command: Command): string {
  const help = command.createHelp();
  const parts = [
    `## ${fullName(command)}\n\n${oneLine(help.commandDescription(command))}\n\n`,
    `\`\`\`text\n${usage(command, help)}\n\`\`\`\n\n`,
    examples(command),
    table(
      ["argument", "meaning"],
      help
        .visibleArguments(command)
        .map((argument) => [code(help.argumentTerm(argument)), help.argumentDescription(argument)]),
    ),
  ];
  const options = ownOptions(command, help);
  const own = options.filter((option) => !SHARED.includes(groupOf(option)));
  parts.push(
    table(
      ["option", "meaning"],
      own.map((option) => row(option, help)),
    ),
  );
  const groups = SHARED.filter((group) => options.some((option) => groupOf(option) === group));
  if (groups.length > 0) {
    const links = groups.map((group) => `[${wordOf(group)}](#${anchorOf(`${wordOf(group)} options`)})`);
    parts.push(`And the ${links.join(" and ")} options.\n\n`);
  }
  return parts.join("");
}

function sharedSection(group: string, commands: readonly Command[]): string {
  const options = new Map<string, Option>();
  for (const command of commands) {
    const inGroup = ownOptions(command, command.createHelp()).filter((option) => groupOf(option) === group);
    for (const option of inGroup) options.set(option.flags, option);
  }
  const heading = `${wordOf(group)} options`;
  const rows = [...options.values()].map((option) => row(option, new Command().createHelp()));
  return `## ${heading[0]?.toUpperCase()}${heading.slice(1)}\n\nNot every command has all of them.\n\n${table(["option", "meaning"], rows)}`;
}

function ownOptions(command: Command, help: Help): Option[] {
  return help.visibleOptions(command).filter((option) => option.long !== "--help");
}

function row(option: Option, help: Help): string[] {
  return [code(option.flags), help.optionDescription(option)];
}

function groupOf(option: Option): string {
  return option.helpGroupHeading ?? "";
}

function wordOf(group: string): string {
  return group.replace(":", "").toLowerCase();
}

function fullName(command: Command): string {
  const parent = command.parent === null ? "" : `${fullName(command.parent)} `;
  return parent + command.name();
}

function usage(command: Command, help: Help): string {
  return help.commandUsage(command).replace(/^Usage: /, "");
}

/** What is printed before the help: the examples. */
function examples(command: Command): string {
  let text = "";
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  const before = text.slice(0, text.indexOf("Usage:")).trim();
  if (before === "") return "";
  const lines = before.split("\n").slice(1);
  return `\`\`\`text\n${lines.map((line) => line.replace(/^ {2}/, "")).join("\n")}\n\`\`\`\n\n`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ");
}
