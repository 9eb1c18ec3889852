/*
 * What `import … from "almanac"` gives: for `almanac.config.ts`.
 */
export { defineConfig, type ConfigOptions } from "./define-config.ts";
export {
  defineTask,
  type GivenCommand,
  type GivenDynamicData,
  type RunContext,
  type ServerRunContext,
  type TaskOptions,
} from "./define-task.ts";
export {
  defineWorkflow,
  type PlannedWork,
  type WorkflowCallback,
  type WorkflowOptions,
  type WorkflowPlan,
  type WorkflowResult,
} from "./define-workflow.ts";
export type { RunFacts } from "./task-definition.ts";
export { TaskDataError, TransientError } from "./faults.ts";
export { z } from "zod";
