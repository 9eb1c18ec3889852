import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { routes } from "../../../contract/routes.ts";
import { parseOrThrow } from "../../../contract/validation.ts";
import { deliveriesPage } from "../../../web/pages/deliveries.ts";
import { hookPage, hooksPage } from "../../../web/pages/hooks.ts";
import type { Frame } from "../../../web/layout.ts";
import type { LoopContext } from "../../loop/context.ts";
import { sendAgain } from "../../loop/deliveries.ts";
import { removeHook, showHook } from "../../loop/hooks/hooks.ts";
import { asSeenBy } from "../hide-addresses.ts";
import type { PersonOf } from "./forms.ts";
import { given, type AddPage } from "./given.ts";
import { keptOf, MOST_SHOWN } from "./kept-requests.ts";
import { addScheduleForms, addSchedulePages } from "./schedule-pages.ts";
import { backTo, rootOf } from "./send-page.ts";

const PAGE_ROWS = 100;

const deliveriesQuery = z.object(routes.listDeliveries.query.shape).omit({ limit: true });

/** What the server does by itself: submitting when it is time, or when it is called, and telling others. */
export function addAutomationPages(page: AddPage, context: LoopContext): void {
  const { read } = context.store;
  addSchedulePages(page, context);
  page("/hooks", async (frame) => {
    const [now, hooks] = await Promise.all([read.now(), read.hooks()]);
    return hooksPage(frame, {
      now,
      hooks,
      kept: await keptOf(
        context,
        hooks.map(({ last_call }) => last_call),
      ),
    });
  });
  page("/hooks/:name", async (frame, { params }) => {
    const { name } = parseOrThrow(routes.getHook.params, params, "invalid-request");
    const { hook, calls } = forReader(frame, await showHook(context, name));
    const shown = calls.slice(0, MOST_SHOWN);
    return hookPage(frame, { now: await read.now(), hook, calls: shown, kept: await keptOf(context, shown) });
  });
  page("/deliveries", async (frame, { query }) => {
    const { cursor, ...asked } = parseOrThrow(deliveriesQuery, given(query), "invalid-request");
    const lastEventId = await read.lastEventId();
    const [now, found] = await Promise.all([read.now(), read.deliveries(asked, { limit: PAGE_ROWS, cursor })]);
    const { items: deliveries, next_cursor } = found;
    const keptFor = context.settings.deliveriesMaxAge;
    return deliveriesPage(frame, { now, lastEventId, query: asked, cursor, deliveries, next_cursor, keptFor });
  });
}

/** A report is for nobody in particular: it shows what anybody may see. */
function forReader<Answer>({ person }: Frame, answer: Answer): Answer {
  return asSeenBy(person?.scope, answer);
}

/** What administrators do about it from the pages. */
export function addAutomationForms(
  app: FastifyInstance,
  context: LoopContext,
  assets: string,
  personOf: PersonOf,
): void {
  addScheduleForms(app, context, assets, personOf);
  app.post("/hooks/:name/remove", async (request, reply) => {
    const { name: by } = await personOf(request, "admin");
    await removeHook(context, parseOrThrow(routes.removeHook.params, request.params, "invalid-request").name, by);
    return reply.redirect(`${rootOf(request.url)}hooks`, 303);
  });
  app.post("/deliveries/:id/again", async (request, reply) => {
    const { name: by } = await personOf(request, "admin");
    await sendAgain(context, parseOrThrow(routes.sendAgain.params, request.params, "invalid-request").id, by);
    return reply.redirect(backTo(request), 303);
  });
}
