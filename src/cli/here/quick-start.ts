import type { Cli } from "../cli.ts";
import { quickArguments } from "./quick-arguments.ts";

/**
 * Runs `almanac run` or `almanac measure` when its arguments are plain, and tells whether it did. Anything else
 * (`--help`, a mistake, a short option) is left to the parser, which is slower to load and says more.
 */
export async function runQuickly(name: "run" | "measure", args: readonly string[], cli: Cli): Promise<boolean> {
  const parsed = quickArguments(args, name === "run" ? RUN_OPTIONS : MEASURE_OPTIONS);
  if (parsed === undefined) return false;
  if (name === "run") {
    const { runHere } = await import("./run-here.ts");
    cli.exitCode = await runHere(cli, parsed.options, parsed.command);
  } else {
    const { measureHere } = await import("./measure-here.ts");
    cli.exitCode = await measureHere(cli, parsed.options, parsed.command);
  }
  return true;
}

/** Options with a value; `commands/run.ts` declares the same for the parser. */
const RUN_OPTIONS: ReadonlySet<string> = new Set(["task", "subject", "context", "home", "output"]);
const MEASURE_OPTIONS: ReadonlySet<string> = new Set(["output"]);
