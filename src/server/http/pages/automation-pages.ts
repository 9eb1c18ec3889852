import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { routes } from "../../../contract/routes.ts";
import { parseOrThrow } from "../../../contract/validation.ts";
import { deliveriesPage } from "../../../web/pages/deliveries.ts";
import type { LoopContext } from "../../loop/context.ts";
import { sendAgain } from "../../loop/deliveries.ts";
import type { PersonOf } from "./forms.ts";
import { given, type AddPage } from "./given.ts";
import { addHookForms, addHookPages } from "./hook-pages.ts";
import { addScheduleForms, addSchedulePages } from "./schedule-pages.ts";
import { backTo } from "./send-page.ts";

const PAGE_ROWS = 100;

const deliveriesQuery = z.object(routes.listDeliveries.query.shape).omit({ limit: true });

/** What the server does by itself: submitting when it is time, or when it is called, and telling others. */
export function addAutomationPages(page: AddPage, context: LoopContext): void {
  const { read } = context.store;
  addSchedulePages(page, context);
  addHookPages(page, context);
  page("/deliveries", async (frame, { query }) => {
    const { cursor, ...asked } = parseOrThrow(deliveriesQuery, given(query), "invalid-request");
    const lastEventId = await read.lastEventId();
    const [now, found] = await Promise.all([read.now(), read.deliveries(asked, { limit: PAGE_ROWS, cursor })]);
    const { items: deliveries, next_cursor } = found;
    const keptFor = context.settings.deliveriesMaxAge;
    return deliveriesPage(frame, { now, lastEventId, query: asked, cursor, deliveries, next_cursor, keptFor });
  });
}

/** What administrators do about it from the pages. */
export function addAutomationForms(
  app: FastifyInstance,
  context: LoopContext,
  assets: string,
  personOf: PersonOf,
): void {
  addScheduleForms(app, context, assets, personOf);
  addHookForms(app, context, assets, personOf);
  app.post("/deliveries/:id/again", async (request, reply) => {
    const { name: by } = await personOf(request, "admin");
    await sendAgain(context, parseOrThrow(routes.sendAgain.params, request.params, "invalid-request").id, by);
    return reply.redirect(backTo(request), 303);
  });
}
