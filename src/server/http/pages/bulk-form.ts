import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { AppError, type ErrorCode } from "../../../contract/errors.ts";
import { workRequestIdParam } from "../../../contract/names.ts";
import { parseOrThrow } from "../../../contract/validation.ts";
import { abortWorkRequest } from "../../loop/actions.ts";
import type { LoopContext } from "../../loop/context.ts";
import { retryWorkRequest } from "../../loop/retry.ts";
import type { PersonOf } from "./forms.ts";
import { backTo } from "./send-page.ts";

/** As many as a page of the list has. */
const MOST = 100;

const bulkForm = z.object({
  ids: z.preprocess(
    (text) => (typeof text === "string" ? text.split(" ") : text),
    z.array(workRequestIdParam).max(MOST),
  ),
  do: z.enum(["retry", "retry-elsewhere", "abort"]),
});

/** What came between the page and the form is no fault: it is as it was wanted, or somebody was quicker. */
const OVERTAKEN: ReadonlySet<ErrorCode> = new Set(["already-ended", "already-superseded", "not-ended", "not-found"]);

/** Does the same to many requests: to each that the page named, and to no other. */
export function addBulkForm(app: FastifyInstance, context: LoopContext, personOf: PersonOf): void {
  app.post("/r/bulk", async (request, reply) => {
    const { name } = await personOf(request, "submit");
    const form = parseOrThrow(bulkForm, request.body, "invalid-request");
    for (const id of form.ids) {
      try {
        if (form.do === "abort") await abortWorkRequest(context, id, name, undefined);
        else await retryWorkRequest(context, id, name, { elsewhere: form.do === "retry-elsewhere" });
      } catch (error) {
        if (!(error instanceof AppError) || !OVERTAKEN.has(error.code)) throw error;
      }
    }
    return reply.redirect(backTo(request), 303);
  });
}
