import { z } from "zod";
import { CALLBACK_TASK } from "../domain/workflow.ts";
import { commandTask } from "./command.ts";
import { WAIT_TASKS } from "./wait.ts";
import { anyTask, type TaskDefinition } from "./task-definition.ts";

/** Ends at once with success, without a process. */
export const NOOP = anyTask({
  task_type: "worker",
  task_name: "noop",
  data: z.strictObject({}),
  execution: () => ({ kind: "noop" }),
});

/** A point where dependencies meet: succeeds as soon as it is unblocked. */
const synchronise = anyTask({ task_type: "internal", task_name: "synchronise", data: z.strictObject({}) });

/** Where a workflow looks at its results; on its own it is a point where dependencies meet. */
const callback = anyTask({ task_type: "internal", task_name: CALLBACK_TASK, data: z.strictObject({}) });

/** The tasks that are always there. */
export const BUILTIN_TASKS: readonly TaskDefinition[] = [
  commandTask("command"),
  NOOP,
  synchronise,
  callback,
  ...WAIT_TASKS,
];
