import type { Cli } from "./cli.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";

/**
 * Runs the command that the arguments name and gives its exit code; failures are told on standard error.
 * `run` and `measure` are recognised first, because they must start fast: neither the parser nor Node's
 * own output streams are loaded for them unless they are needed.
 * `endInSilence` ends the process with success: the reader of our output has seen enough.
 */
export async function start(process: NodeJS.Process, endInSilence: () => never): Promise<ExitCode> {
  const args = process.argv.slice(2);
  const cli = cliOf(process, args);
  try {
    if (!(await tryQuickly(args, cli))) await runWithParser(process, args, cli, endInSilence);
  } catch (error) {
    const { exitCodeOf, failureText } = await import("./failure.ts");
    cli.stderr.write(`${failureText(error, args.includes("--debug"))}\n`);
    return exitCodeOf(error);
  }
  return cli.exitCode;
}

function cliOf(process: NodeJS.Process, args: readonly string[]): Cli {
  return {
    args,
    env: process.env,
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      return process.stderr;
    },
    nowMs: () => Date.now(),
    exitCode: EXIT.success,
  };
}

/** True when it was done without the parser. */
async function tryQuickly(args: readonly string[], cli: Cli): Promise<boolean> {
  const [name, ...rest] = args;
  if (name !== "run" && name !== "measure") return false;
  const { runQuickly } = await import("./here/quick-start.ts");
  return runQuickly(name, rest, cli);
}

async function runWithParser(
  process: NodeJS.Process,
  args: readonly string[],
  cli: Cli,
  endInSilence: () => never,
): Promise<void> {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") endInSilence(); // `almanac ls | head`
    throw error;
  });
  process.stderr.on("error", (error: NodeJS.ErrnoException) => {
    // Who left standard error does not keep the command from its work.
    if (error.code !== "EPIPE") throw error;
  });
  const { runProgram } = await import("./program.ts");
  await runProgram(args, cli);
  // A pipe takes what it has room for; the rest is written before the process may end.
  await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
}
