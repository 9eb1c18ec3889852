import { errorEntry } from "../contract/errors.ts";
import { context, subject } from "../contract/names.ts";
import { describeValue, formatPath, validationErrors } from "../contract/validation.ts";
import type { WorkRequestError } from "../domain/output-data.ts";
import type { TaskType } from "../domain/task.ts";
import { BUILTIN_TASKS } from "./builtin.ts";
import { commandTask } from "./command.ts";
import type { DynamicData, TaskDefinition } from "./define-task.ts";
import type { Execution } from "./execution.ts";

/** A request's task and data, as far as the registry needs them. */
export type TaskCall = { task_type: TaskType; task_name: string; task_data: Record<string, unknown> };

/** The parsed data of a call with its task, or what is wrong with it. */
export type ResolvedTask =
  { ok: true; task: TaskDefinition; data: unknown } | { ok: false; errors: WorkRequestError[] };

/** The tasks that server and worker know. */
export type TaskRegistry = {
  /** Finds the task and parses the data; `path` is where the call stands in a submission, for messages. */
  resolve(call: TaskCall, path?: readonly PropertyKey[]): ResolvedTask;
};

/** The registry of the built-in tasks and the given ones; later definitions of a name replace earlier ones. */
export function createTaskRegistry(tasks: readonly TaskDefinition[] = []): TaskRegistry {
  const byName = new Map([...BUILTIN_TASKS, ...tasks].map((task) => [nameOf(task), task]));
  return {
    resolve(call, path = []) {
      const task = byName.get(nameOf(call)) ?? adHocTask(call);
      if (task === undefined) return { ok: false, errors: [unknownTask(call, path, [...byName.values()])] };
      const parsed = task.data.safeParse(call.task_data);
      if (parsed.success) return { ok: true, task, data: parsed.data };
      const errors = validationErrors(parsed.error, call.task_data, [...path, "task_data"], "invalid-task-data");
      return { ok: false, errors };
    },
  };
}

/** What the task says of a request that becomes pending. Throws what the task throws, and for a key that is none. */
export async function dynamicDataOf(resolved: ResolvedTask & { ok: true }): Promise<DynamicData> {
  const data = (await resolved.task.dynamicData?.(resolved.data)) ?? {};
  for (const [name, schema] of [
    ["subject", subject],
    ["context", context],
  ] as const) {
    const checked = schema.optional().safeParse(data[name]);
    if (checked.success) continue;
    throw new TypeError(`its ${name} is ${describeValue(data[name])}, expected ${checked.error.issues[0]?.message}`);
  }
  return data;
}

/** What a worker has to do for a request; undefined when the task does not run on workers. */
export function executionOf(resolved: ResolvedTask & { ok: true }): Execution | undefined {
  return resolved.task.execution?.(resolved.data);
}

/** A name that nobody configured, with a command to run, is a task of its own. */
function adHocTask(call: TaskCall): TaskDefinition | undefined {
  if (call.task_type !== "worker") return undefined;
  const hasCommand = "command" in call.task_data || "script" in call.task_data;
  return hasCommand ? commandTask(call.task_name) : undefined;
}

function unknownTask(call: TaskCall, path: readonly PropertyKey[], known: readonly TaskDefinition[]): WorkRequestError {
  const names = known.filter((task) => task.task_type === call.task_type).map((task) => task.task_name);
  const adHoc = call.task_type === "worker" ? ", and task_data has neither `command` nor `script`" : "";
  const list = names.length === 0 ? "" : ` (known: ${names.slice(0, 10).join(", ")})`;
  return errorEntry("unknown-task", {
    path: formatPath([...path, "task_name"]),
    task_type: call.task_type,
    found: call.task_name.slice(0, 200),
    suggestion: `${list}${adHoc}`,
  });
}

function nameOf(task: { task_type: TaskType; task_name: string }): string {
  return `${task.task_type}:${task.task_name}`;
}
