import { z } from "zod";
import { describeValue, formatPath, validationErrors } from "../contract/validation.ts";
import { commandData, commandExecution } from "./command.ts";
import {
  dynamicDataSchema,
  taskOptionsSchema,
  type ConfiguredTask,
  type DefinedTask,
  type GivenCommand,
  type GivenDynamicData,
} from "./define-task.ts";
import {
  workflowOptionsSchema,
  type DefinedWorkflow,
  type HistorySource,
  type PlanCall,
  type PlannedPart,
} from "./define-workflow.ts";
import type { Execution } from "./execution.ts";
import { faultOf, type TaskAnswer } from "./faults.ts";
import { makePlan } from "./make-plan.ts";
import type { DynamicData, RunFacts, TaskDefinition } from "./task-definition.ts";

/** How `run()` of a task is started on a worker: as a process, from the configuration's file. */
export type FunctionRunner = (call: FunctionCall) => Execution & { kind: "command" };

/** One call of a task's `run()`: the data as it was submitted, because parsed data need not be JSON. */
export type FunctionCall = { task_name: string; task_data: Record<string, unknown>; run: RunFacts };

/** A configured task: what is known of it, and the form that all tasks have inside. */
export type LoadedTask = {
  facts: ConfiguredTask;
  definition: TaskDefinition;
  available: () => Promise<boolean | string>;
};

/** Checks a task that a configuration defines. `index` is its place, for the sentence that is thrown. */
export function loadTask(task: DefinedTask, index: number, runner: FunctionRunner): LoadedTask {
  const { options } = task;
  const parsed = taskOptionsSchema.safeParse(options);
  if (!parsed.success) throw new TypeError(firstMessage(parsed.error, options, ["tasks", index]));
  const { name, type, version, requirements, retries, fail_on, reactions, outputs } = parsed.data;
  const facts = {
    task_type: type,
    task_name: name,
    requirements,
    retries,
    reactions,
    ...(version !== undefined && { version }),
    ...(fail_on !== undefined && { fail_on }),
  };
  if ((options.command === undefined) === (options.run === undefined)) {
    throw new TypeError(`${formatPath(["tasks", index])}: found ${name}, expected exactly one of command() and run().`);
  }
  if (type === "server" && options.run === undefined) {
    throw new TypeError(`${formatPath(["tasks", index])}: found ${name}, expected run(): it runs in the server.`);
  }
  return {
    facts,
    available: async () => (await options.available?.()) ?? true,
    definition: {
      task_type: facts.task_type,
      task_name: name,
      data: options.data,
      dynamicData: async (data) => dynamicDataOf(facts, (await options.dynamicData?.(data)) ?? {}),
      execution: async (data, run, task_data) => {
        if (options.command !== undefined) return executionOf(await options.command(data, run));
        return { ...runner({ task_name: name, task_data, run }), outputs };
      },
    },
  };
}

/** A configured workflow, as `LoadedTask` is a task. */
export type LoadedWorkflow = Omit<LoadedTask, "available"> & {
  plan(call: PlanCall, source: HistorySource): Promise<TaskAnswer<PlannedPart>>;
};

/** Checks a workflow that a configuration defines; as `loadTask`. */
export function loadWorkflow({ options }: DefinedWorkflow, index: number): LoadedWorkflow {
  const parsed = workflowOptionsSchema.safeParse(options);
  if (!parsed.success) throw new TypeError(firstMessage(parsed.error, options, ["workflows", index]));
  const { name, retries, fail_on, reactions, data } = parsed.data;
  const facts = {
    task_type: "workflow" as const,
    task_name: name,
    requirements: {},
    retries: retries.infrastructure === undefined ? {} : { infrastructure: retries.infrastructure },
    reactions,
    ...(fail_on !== undefined && { fail_on }),
  };
  return {
    facts,
    definition: {
      task_type: "workflow",
      task_name: name,
      data,
      dynamicData: async (given) => dynamicDataOf(facts, (await options.dynamicData?.(given)) ?? {}),
    },
    plan: async (call, source) => {
      try {
        return { ok: true, value: await makePlan(options.plan, await data.parseAsync(call.task_data), call, source) };
      } catch (error) {
        return { ok: false, fault: faultOf(error, call.task_data) };
      }
    },
  };
}

/** What a task said, checked, with what it always needs filled in. */
function dynamicDataOf(facts: ConfiguredTask, given: GivenDynamicData): DynamicData {
  const parsed = dynamicDataSchema.safeParse(given);
  if (!parsed.success) throw new TypeError(firstMessage(parsed.error, given, ["dynamicData()"]));
  const { requirements, ...data } = parsed.data;
  const { min, max, ...own } = facts.requirements;
  const merged = {
    ...own,
    ...requirements,
    min: { ...min, ...requirements?.min },
    max: { ...max, ...requirements?.max },
    tags: [...(own.tags ?? []), ...(requirements?.tags ?? [])],
  };
  const present = Object.entries(data).filter(([, value]) => value !== undefined);
  // `exactOptionalPropertyTypes`: what is not given is absent now
  return { ...(Object.fromEntries(present) as DynamicData), requirements: merged };
}

function executionOf(given: GivenCommand): Execution {
  const parsed = commandData.safeParse(isArguments(given) ? { command: given } : given);
  if (parsed.success) return commandExecution(parsed.data);
  throw new TypeError(firstMessage(parsed.error, given, ["command()"]));
}

function isArguments(given: GivenCommand): given is readonly string[] {
  return Array.isArray(given);
}

function firstMessage(error: z.ZodError, value: unknown, path: readonly PropertyKey[]): string {
  return validationErrors(error, value, path)[0]?.message ?? `${formatPath(path)} is ${describeValue(value)}`;
}
