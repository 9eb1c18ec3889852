import { fileURLToPath, pathToFileURL } from "node:url";
import {
  loadTask,
  loadWorkflow,
  type FunctionCall,
  type FunctionRunner,
  type LoadedTask,
  type LoadedWorkflow,
} from "../configured-task.ts";
import { configOf } from "../define-config.ts";
import type { DefinedTask } from "../define-task.ts";

/** A configuration that was loaded into this thread or process. */
export type LoadedConfig = { tasks: LoadedTask[]; workflows: LoadedWorkflow[] };

/** The file in a run's work directory in which `run()` finds its data. */
export const CALL_FILE = ".almanac-call.json";

const RUN_FUNCTION = fileURLToPath(new URL("../../../bin/run-function.mjs", import.meta.url));

/** Loads the configuration in a file. Throws what its code throws, or a sentence about what is wrong with it. */
export async function loadConfig(file: string): Promise<LoadedConfig> {
  const config = await importConfig(file);
  const tasks = config.tasks.map((task, index) => loadTask(task, index, runnerFor(file)));
  const workflows = config.workflows.map((workflow, index) => loadWorkflow(workflow, index));
  refuseTwice("tasks", tasks);
  refuseTwice("workflows", workflows);
  return { tasks, workflows };
}

function refuseTwice(what: string, loaded: readonly Pick<LoadedTask, "facts">[]): void {
  const names = loaded.map(({ facts }) => facts.task_name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new TypeError(`two ${what} are called "${twice}"`);
}

/** One task of the configuration in a file, with its code. Throws when there is none of this name. */
export async function findTask(file: string, task_name: string, type: "worker" | "server"): Promise<DefinedTask> {
  const { tasks } = await importConfig(file);
  const found = tasks.find(({ options }) => options.name === task_name && (options.type ?? "worker") === type);
  if (found === undefined) throw new Error(`${file} defines no task called "${task_name}"`);
  return found;
}

async function importConfig(file: string): Promise<ReturnType<typeof configOf>> {
  const module: unknown = await import(pathToFileURL(file).href);
  return configOf(typeof module === "object" && module !== null && "default" in module ? module.default : undefined);
}

/** `run()` is a command like any other: this Node, with the configuration and the name of the task. */
function runnerFor(file: string): FunctionRunner {
  return (call: FunctionCall) => ({
    kind: "command",
    argv: [process.execPath, RUN_FUNCTION, file, call.task_name],
    env: {},
    files: [{ path: CALL_FILE, content: JSON.stringify(call), encoding: "utf8" }],
    cwd: ".",
    outputs: [],
  });
}
