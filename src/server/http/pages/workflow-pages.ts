import { z } from "zod";
import { routes } from "../../../contract/routes.ts";
import { parseOrThrow } from "../../../contract/validation.ts";
import { NONE_OPEN } from "../../../web/parts/workflow-graph.ts";
import { workflowPage, workflowsPage } from "../../../web/pages/workflow.ts";
import type { LoopContext } from "../../loop/context.ts";
import { wholeWorkflow } from "../../loop/workflows/state.ts";
import { given, type AddPage } from "./given.ts";

const PAGE_ROWS = 100;

const listQuery = z.object(routes.listWorkflows.query.shape).omit({ limit: true });

/** `12,40`: the folds with these requests in them are opened; `none`: no fold is. */
const openQuery = z.object({
  open: z
    .string()
    .regex(/^(none|\d{1,15}(,\d{1,15}){0,9})$/, { error: 'numbers of requests, with commas between them, or "none"' })
    .transform((text) => (text === NONE_OPEN ? [] : text.split(",").map(Number)))
    .optional(),
});

/** Workflows, and one of them. */
export function addWorkflowPages(page: AddPage, context: LoopContext): void {
  const { read } = context.store;
  page("/wf", async (frame, { query }) => {
    const { cursor } = parseOrThrow(listQuery, given(query), "invalid-request");
    const { items, next_cursor } = await read.workflows({ limit: PAGE_ROWS, cursor });
    return workflowsPage(frame, { workflows: items, cursor, next_cursor });
  });
  page("/wf/:id", async (frame, { params, query }) => {
    const { open } = parseOrThrow(openQuery, given(query), "invalid-request");
    const { id } = parseOrThrow(routes.getWorkflow.params, params, "invalid-request");
    const lastEventId = await read.lastEventId();
    return workflowPage(frame, { ...(await wholeWorkflow(context, id)), lastEventId, open });
  });
}
