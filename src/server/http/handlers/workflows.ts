import type { LoopContext } from "../../loop/context.ts";
import { lookAtPlan } from "../../loop/workflows/look-at-plan.ts";
import { workflowNodes, workflowState } from "../../loop/workflows/state.ts";
import type { Handlers } from "../handler.ts";

type Names = "listWorkflows" | "planWorkflow" | "getWorkflow" | "listWorkflowNodes";

export function workflowHandlers(context: LoopContext): Pick<Handlers, Names> {
  return {
    listWorkflows: ({ query }) => context.store.read.workflows(query),
    planWorkflow: ({ body }) => lookAtPlan(context, body),
    getWorkflow: ({ params }) => workflowState(context, params.id),
    listWorkflowNodes: async ({ params }) => ({ nodes: await workflowNodes(context, params.id) }),
  };
}
