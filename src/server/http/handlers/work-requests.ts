import { AppError } from "../../../contract/errors.ts";
import type { LoopContext } from "../../loop/context.ts";
import { abortWorkRequest, adjustPriority, retryWorkRequest, unblockWorkRequest } from "../../loop/actions.ts";
import { submit } from "../../loop/submit.ts";
import { why } from "../../loop/why.ts";
import type { Handlers } from "../handler.ts";

type Names =
  | "submit"
  | "listWorkRequests"
  | "getWorkRequest"
  | "whyWorkRequest"
  | "abortWorkRequest"
  | "retryWorkRequest"
  | "unblockWorkRequest"
  | "changeWorkRequest";

export function workRequestHandlers(context: LoopContext): Pick<Handlers, Names> {
  const { read } = context.store;
  return {
    submit: async ({ body, token }) => ({ work_requests: await submit(context, body, token.name) }),
    listWorkRequests: ({ query: { limit, cursor, ...filter } }) => read.workRequests(filter, { limit, cursor }),
    async getWorkRequest({ params: { id } }) {
      const work_request = await read.workRequest(id);
      if (work_request === undefined) throw new AppError("not-found", { what: "work request", id: `#${id}` });
      return { work_request, runs: await read.runsOf(id) };
    },
    whyWorkRequest: ({ params }) => why(context, params.id),
    abortWorkRequest: async ({ params, body, token }) => ({
      work_request: await abortWorkRequest(context, params.id, token.name, body.reason),
    }),
    retryWorkRequest: async ({ params, token }) => ({
      work_requests: await retryWorkRequest(context, params.id, token.name),
    }),
    unblockWorkRequest: async ({ params }) => ({ work_request: await unblockWorkRequest(context, params.id) }),
    changeWorkRequest: async ({ params, body }) => ({
      work_request: await adjustPriority(context, params.id, body.priority_adjustment),
    }),
  };
}
