import { AppError } from "../../../contract/errors.ts";
import type { WorkRequest } from "../../../domain/work-request.ts";
import type { LoopContext } from "../../loop/context.ts";
import { abortWorkRequest, adjustPriority, unblockWorkRequest } from "../../loop/actions.ts";
import { retryWorkRequest } from "../../loop/retry.ts";
import { fit } from "../../loop/fit.ts";
import { withExpectedTimes } from "../../loop/planning/expected-times.ts";
import { withUsedMemory } from "../../loop/used-memory.ts";
import { overruleVerdict } from "../../loop/overrule.ts";
import { submit } from "../../loop/submit.ts";
import { confirmWorkRequest } from "../../loop/wait-tasks.ts";
import { why } from "../../loop/why.ts";
import type { Handlers } from "../handler.ts";

type Names =
  | "submit"
  | "fit"
  | "listWorkRequests"
  | "getWorkRequest"
  | "whyWorkRequest"
  | "abortWorkRequest"
  | "retryWorkRequest"
  | "overruleVerdict"
  | "unblockWorkRequest"
  | "confirmWorkRequest"
  | "changeWorkRequest";

export function workRequestHandlers(context: LoopContext): Pick<Handlers, Names> {
  const { read } = context.store;
  const asTheyGo = async (requests: readonly WorkRequest[]) =>
    withUsedMemory(read, await withExpectedTimes(context, requests));
  return {
    submit: async ({ body, token }) => ({ work_requests: await submit(context, body, token.name) }),
    fit: ({ body }) => fit(context, body),
    async listWorkRequests({ query: { limit, cursor, ...filter } }) {
      const page = await read.workRequests(filter, { limit, cursor });
      return { ...page, items: await asTheyGo(page.items) };
    },
    async getWorkRequest({ params: { id } }) {
      const work_request = await read.workRequest(id);
      if (work_request === undefined) throw new AppError("not-found", { what: "work request", id: `#${id}` });
      const [shown] = await asTheyGo([work_request]);
      return { work_request: shown ?? work_request, runs: await read.runsOf(id) };
    },
    whyWorkRequest: ({ params }) => why(context, params.id),
    abortWorkRequest: async ({ params, body, token }) => ({
      work_request: await abortWorkRequest(context, params.id, token.name, body.reason),
    }),
    retryWorkRequest: async ({ params, body, token }) => ({
      work_requests: await retryWorkRequest(context, params.id, token.name, body),
    }),
    overruleVerdict: async ({ params, body, token }) => ({
      work_request: await overruleVerdict(context, params.id, body, token.name),
    }),
    unblockWorkRequest: async ({ params, token }) => ({
      work_request: await unblockWorkRequest(context, params.id, token.name),
    }),
    confirmWorkRequest: async ({ params, body: { accepted, reason }, token }) => ({
      work_request: await confirmWorkRequest(context, params.id, {
        accepted,
        by: token.name,
        ...(reason !== undefined && { reason }),
      }),
    }),
    changeWorkRequest: async ({ params, body, token }) => ({
      work_request: await adjustPriority(context, params.id, body.priority_adjustment, token.name),
    }),
  };
}
