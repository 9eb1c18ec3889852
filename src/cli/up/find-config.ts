import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { EXIT } from "../exit-code.ts";
import { CliError } from "../failure.ts";

/** The option that names a configuration. */
export type ConfigOption = { config?: string };

/** Adds it. */
export function withConfig(command: Command): Command {
  return command.option("--config <file>", "tasks of your own (else $ALMANAC_CONFIG, else almanac.config.ts here)");
}

/** Names of a configuration that is found by itself, in the order of preference. */
const NAMES = ["almanac.config.ts", "almanac.config.mts", "almanac.config.js", "almanac.config.mjs"];

/** The configuration's absolute file: the one given, else $ALMANAC_CONFIG, else the one in this directory, if any. */
export function findConfig(given: string | undefined, env: NodeJS.ProcessEnv, directory: string): string | undefined {
  const named = given ?? (env["ALMANAC_CONFIG"] === "" ? undefined : env["ALMANAC_CONFIG"]);
  if (named === undefined) return NAMES.map((name) => join(directory, name)).find((file) => existsSync(file));
  const file = resolve(directory, named);
  if (existsSync(file)) return file;
  throw new CliError(EXIT.usage, `there is no configuration ${file}.`, {
    next: given === undefined ? "It is named by $ALMANAC_CONFIG." : "Correct --config.",
  });
}
