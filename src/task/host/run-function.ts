import { readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { formatPath } from "../../contract/validation.ts";
import type { FunctionCall } from "../configured-task.ts";
import type { RunContext } from "../define-task.ts";
import { CALL_FILE, findTask } from "./load-config.ts";
import { resolveOwnModules } from "./own-modules.ts";

/**
 * Calls `run()` of a task, in the process of a run; gives the exit code. What it throws is told on standard error.
 * @param args the configuration's file and the name of the task
 */
export async function runFunction(args: readonly string[]): Promise<0 | 1> {
  const [file = "", task_name = ""] = args;
  const work_dir = process.env["ALMANAC_WORK_DIR"] ?? process.cwd();
  try {
    // written by the worker, from what the configuration's own thread made
    const call = JSON.parse(await readFile(join(work_dir, CALL_FILE), "utf8")) as FunctionCall;
    resolveOwnModules();
    const { options } = await findTask(file, task_name, "worker");
    const data = await options.data.parseAsync(call.task_data);
    if (options.type !== "server") await options.run?.(data, contextOf(call, work_dir));
    return 0;
  } catch (error) {
    process.stderr.write(`${textOf(error)}\n`);
    return 1;
  }
}

function contextOf(call: FunctionCall, work_dir: string): RunContext {
  const ending = new AbortController();
  process.once("SIGTERM", () => ending.abort());
  return { ...call.run, work_dir, signal: ending.signal };
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${String(error)}`;
  const path = "path" in error && Array.isArray(error.path) ? ` (${formatPath(["task_data", ...error.path])})` : "";
  return `${error.stack ?? error.message}${path}`;
}
