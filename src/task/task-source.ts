import { context, subject } from "../contract/names.ts";
import { describeValue, validationErrors } from "../contract/validation.ts";
import type { TaskType } from "../domain/task.ts";
import type { Execution } from "./execution.ts";
import { faultOf, type TaskAnswer } from "./faults.ts";
import type { DynamicData, RunFacts, TaskDefinition } from "./task-definition.ts";

/** A request's task and data, as far as tasks need them. */
export type TaskCall = { task_type: TaskType; task_name: string; task_data: Record<string, unknown> };

/** What can be asked of tasks, wherever their code runs. No answer is ever a thrown value of a task's own code. */
export type TaskSource = {
  /** Whether the task takes the data; `path` is where the call stands in a submission, for messages. */
  check(call: TaskCall, path?: readonly PropertyKey[]): Promise<TaskAnswer<undefined>>;
  /** What the task says of a request that becomes pending. */
  dynamicData(call: TaskCall): Promise<TaskAnswer<DynamicData>>;
  /** What a worker has to do for a run; undefined when the task does not run on workers. */
  execution(call: TaskCall, run: RunFacts): Promise<TaskAnswer<Execution | undefined>>;
};

/** Asks one task, in this thread. */
export function sourceOf(task: TaskDefinition): TaskSource {
  return {
    check: (call, path = []) => withData(task, call, path, () => undefined),
    dynamicData: (call) => withData(task, call, [], async (data) => checkedKey((await task.dynamicData?.(data)) ?? {})),
    execution: (call, run) => withData(task, call, [], (data) => task.execution?.(data, run, call.task_data)),
  };
}

async function withData<Value>(
  task: TaskDefinition,
  call: TaskCall,
  path: readonly PropertyKey[],
  use: (data: unknown) => Value | Promise<Value>,
): Promise<TaskAnswer<Value>> {
  try {
    // asynchronous, for schemas of users may look things up
    const parsed = await task.data.safeParseAsync(call.task_data);
    if (parsed.success) return { ok: true, value: await use(parsed.data) };
    const errors = validationErrors(parsed.error, call.task_data, [...path, "task_data"], "invalid-task-data");
    return { ok: false, fault: { kind: "invalid", errors } };
  } catch (error) {
    return { ok: false, fault: faultOf(error, call.task_data) };
  }
}

/** Throws for a subject or context that cannot be part of a history key. */
function checkedKey(data: DynamicData): DynamicData {
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
