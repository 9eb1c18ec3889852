/** Plain arguments, taken apart. */
export type QuickArguments = {
  options: Record<string, string>;
  command: readonly string[];
};

/**
 * Takes apart `--name VALUE`, `--name=VALUE`, then `--` and a command; undefined when there is anything else, or
 * no command. `names` are the options that take a value.
 */
export function quickArguments(args: readonly string[], names: ReadonlySet<string>): QuickArguments | undefined {
  const options: Record<string, string> = {};
  // ends: each round takes at least one argument, and the command ends it
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index]!; // below the length
    if (arg === "--") return commandAfter(args, index + 1, options);
    if (!arg.startsWith("-")) return commandAfter(args, index, options);
    const match = /^--([a-z-]+)(?:=([^]*))?$/.exec(arg);
    const name = match?.[1];
    if (name === undefined || !names.has(name) || name in options) return undefined;
    const value = match?.[2] ?? args[(index += 1)];
    if (value === undefined) return undefined;
    options[name] = value;
  }
  return undefined;
}

function commandAfter(
  args: readonly string[],
  start: number,
  options: Record<string, string>,
): QuickArguments | undefined {
  const command = args.slice(start);
  return command.length === 0 ? undefined : { options, command };
}
