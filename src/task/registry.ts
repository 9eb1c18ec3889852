import { errorEntry } from "../contract/errors.ts";
import { formatPath } from "../contract/validation.ts";
import type { TaskType } from "../domain/task.ts";
import { BUILTIN_TASKS, NOOP } from "./builtin.ts";
import { commandTask } from "./command.ts";
import type { ConfiguredTask, ServerAnswer, ServerCall, ServerRunLimits } from "./define-task.ts";
import type { PlanCall, PlannedPart } from "./define-workflow.ts";
import type { TaskAnswer, TaskFault } from "./faults.ts";
import { sourceOf, type TaskCall, type TaskSource } from "./task-source.ts";

/** Tasks that users configured: what is known of them, and where to ask them. */
export type ConfiguredTasks = TaskSource & {
  /** What a workflow, or one of its callbacks, asks for. Never rejects. */
  plan(call: PlanCall): Promise<TaskAnswer<PlannedPart>>;
  /** Runs one request of a `server` task. Never rejects. */
  serve(call: ServerCall, limits: ServerRunLimits): Promise<ServerAnswer>;
  /** As they are now: they change when the configuration is loaded again. */
  readonly tasks: readonly ConfiguredTask[];
};

/** The tasks that server and worker know. */
export type TaskRegistry = TaskSource & {
  plan: ConfiguredTasks["plan"];
  serve: ConfiguredTasks["serve"];
  /** What is configured for a task; undefined for built-in and ad-hoc ones. */
  configured(task: { task_type: TaskType; task_name: string }): ConfiguredTask | undefined;
  /** What the configuration names, as it is now. */
  readonly known: readonly ConfiguredTask[];
  /** True for the task that ends at once, without a process and without files. */
  isNoop(task: { task_type: TaskType; task_name: string }): boolean;
};

/** The built-in tasks and the configured ones, which replace built-in ones of the same name. */
export function createTaskRegistry(configured?: ConfiguredTasks): TaskRegistry {
  const builtin = new Map(BUILTIN_TASKS.map((task) => [nameOf(task), sourceOf(task)]));
  const find: TaskRegistry["configured"] = (task) => configured?.tasks.find((known) => nameOf(known) === nameOf(task));
  const source = (call: TaskCall): TaskSource | undefined => {
    if (find(call) !== undefined) return configured;
    return builtin.get(nameOf(call)) ?? adHocTask(call);
  };
  const unknown = (call: TaskCall, path: readonly PropertyKey[] = []) => ({
    ok: false as const,
    fault: unknownTask(call, path, [...(configured?.tasks ?? []), ...BUILTIN_TASKS]),
  });
  return {
    configured: find,
    get known() {
      return configured?.tasks ?? [];
    },
    isNoop: (task) => find(task) === undefined && nameOf(task) === nameOf(NOOP),
    plan: async (call) => (find(call) === undefined ? unknown(call) : (configured?.plan(call) ?? unknown(call))),
    serve: async (call, limits) => {
      const task = { ...call, task_type: "server" as const };
      return find(task) === undefined || configured === undefined ? unknown(task) : configured.serve(call, limits);
    },
    check: async (call, path) => source(call)?.check(call, path) ?? unknown(call, path),
    dynamicData: async (call) => source(call)?.dynamicData(call) ?? unknown(call),
    execution: async (call, run) => source(call)?.execution(call, run) ?? unknown(call),
  };
}

/** A name that nobody configured, with a command to run, is a task of its own. */
function adHocTask(call: TaskCall): TaskSource | undefined {
  if (call.task_type !== "worker") return undefined;
  const hasCommand = "command" in call.task_data || "script" in call.task_data;
  return hasCommand ? sourceOf(commandTask(call.task_name)) : undefined;
}

type Named = { task_type: TaskType; task_name: string };

function unknownTask(call: TaskCall, path: readonly PropertyKey[], known: readonly Named[]): TaskFault {
  const names = known.filter((task) => task.task_type === call.task_type).map((task) => task.task_name);
  const adHoc = call.task_type === "worker" ? ", and task_data has neither `command` nor `script`" : "";
  const list = names.length === 0 ? "" : ` (known: ${names.slice(0, 10).join(", ")})`;
  const entry = errorEntry("unknown-task", {
    path: formatPath([...path, "task_name"]),
    task_type: call.task_type,
    found: call.task_name.slice(0, 200),
    suggestion: `${list}${adHoc}`,
  });
  return { kind: "invalid", errors: [entry] };
}

function nameOf(task: Named): string {
  return `${task.task_type}:${task.task_name}`;
}
