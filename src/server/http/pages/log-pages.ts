import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { AppError } from "../../../contract/errors.ts";
import { requestIdParams } from "../../../contract/paging.ts";
import { parseOrThrow } from "../../../contract/validation.ts";
import { LOG_FILTERS, LOG_TIMES, logPage, type LogQuery } from "../../../web/pages/log.ts";
import type { LoopContext } from "../../loop/context.ts";
import { given, type AddPage } from "./given.ts";
import { readLog, readLogText } from "./read-log.ts";
import { SECURITY_HEADERS } from "./send-page.ts";
import { personOf } from "./session.ts";

const lineNumber = z.coerce.number().pipe(z.int().min(1)).optional();
const logQuery = z.object({
  run: lineNumber,
  from: lineNumber,
  to: lineNumber,
  at: lineNumber,
  after: lineNumber,
  q: z.string().max(200).optional(),
  only: z.enum(LOG_FILTERS).optional(),
  times: z.enum(LOG_TIMES).optional(),
  wrap: z.literal("1").optional(),
}) satisfies z.ZodType<LogQuery>;
const textQuery = z.object({ run: lineNumber, download: z.literal("1").optional() });

/** The page of a log. */
export function addLogPages(page: AddPage, context: LoopContext): void {
  page("/r/:id/log", async (frame, { params, query }, signal) => {
    const { id } = parseOrThrow(requestIdParams, params, "invalid-request");
    const asked = parseOrThrow(logQuery, given(query), "invalid-request");
    return logPage(frame, await readLog(context, id, asked, signal));
  });
}

/** The log as plain text: shown by the browser as such, whatever is written in it. */
export function addLogText(app: FastifyInstance, context: LoopContext): void {
  app.get("/r/:id/log.txt", async (request, reply) => {
    if ((await personOf(context, request)) === undefined) {
      throw new AppError("unauthenticated", { reason: "the session has ended" });
    }
    const { id } = parseOrThrow(requestIdParams, request.params, "invalid-request");
    const { run: attempt, download } = parseOrThrow(textQuery, given(request.query), "invalid-request");
    const { run, text } = await readLogText(context, id, attempt);
    const look = download === undefined ? "inline" : "attachment";
    return reply
      .headers({ ...SECURITY_HEADERS, "content-disposition": `${look}; filename="almanac-${run.id}.log"` })
      .type("text/plain; charset=utf-8")
      .send(Readable.from(text, { objectMode: false }));
  });
}
