import type { Actor } from "../../../domain/act.ts";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { AppError } from "../../../contract/errors.ts";
import { problemOf } from "../../../contract/problem.ts";
import { routes } from "../../../contract/routes.ts";
import { parseOrThrow } from "../../../contract/validation.ts";
import type { Frame } from "../../../web/layout.ts";
import { deliveriesPage } from "../../../web/pages/deliveries.ts";
import type { TriesData } from "../../../web/pages/deliveries-tried.ts";
import type { LoopContext } from "../../loop/context.ts";
import { sendAgain } from "../../loop/deliveries.ts";
import { toldTargets } from "../../loop/told-targets.ts";
import { tryDelivery } from "../../loop/try-delivery.ts";
import { goneSignal } from "../gone-signal.ts";
import type { PersonOf } from "./forms.ts";
import { given, type AddPage } from "./given.ts";
import { addHookForms, addHookPages } from "./hook-pages.ts";
import { addScheduleForms, addSchedulePages } from "./schedule-pages.ts";
import { backTo, frameOf, sendPage } from "./send-page.ts";

const PAGE_ROWS = 100;

const deliveriesQuery = z.object(routes.listDeliveries.query.shape).omit({ limit: true });

/** What the server does by itself: submitting when it is time, or when it is called, and telling others. */
export function addAutomationPages(page: AddPage, context: LoopContext): void {
  addSchedulePages(page, context);
  addHookPages(page, context);
  page("/deliveries", (frame, { query }) => deliveriesOf(context, frame, query));
}

/** The page of deliveries; administrators may send tests from it, and see here what came of one. */
async function deliveriesOf(
  context: LoopContext,
  frame: Frame,
  query: unknown,
  more: Pick<TriesData, "trial" | "refused"> = {},
): Promise<string> {
  const { read } = context.store;
  const { cursor, ...asked } = parseOrThrow(deliveriesQuery, given(query), "invalid-request");
  const lastEventId = await read.lastEventId();
  const [now, found, targets] = await Promise.all([
    read.now(),
    read.deliveries(asked, { limit: PAGE_ROWS, cursor }),
    frame.person?.scope === "admin" ? toldTargets(context) : undefined,
  ]);
  const { items: deliveries, next_cursor } = found;
  const keptFor = context.settings.deliveriesMaxAge;
  const tries = targets && { targets, ...more };
  return deliveriesPage(frame, { now, lastEventId, query: asked, cursor, deliveries, next_cursor, keptFor, tries });
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
  app.post("/deliveries/try", async (request, reply) => {
    const person = await personOf(request, "admin");
    const answer = await tried(context, given(request.body)["action"], person.actor, goneSignal(reply));
    const page = await deliveriesOf(context, frameOf(request, assets, person), {}, answer);
    return sendPage(request, reply, answer.status, page);
  });
  app.post("/deliveries/:id/again", async (request, reply) => {
    const { actor: by } = await personOf(request, "admin");
    await sendAgain(context, parseOrThrow(routes.sendAgain.params, request.params, "invalid-request").id, by);
    return reply.redirect(backTo(request), 303);
  });
}

/** Sends the test that a form asks for; what is wrong with the form is told beside it. */
async function tried(context: LoopContext, action: unknown, by: Actor, signal: AbortSignal) {
  try {
    const asked = parseOrThrow(routes.tryDelivery.body, { action }, "invalid-request");
    return { trial: await tryDelivery(context, asked.action, by, signal), status: 200 };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { errors, detail, status } = problemOf(error, "");
    const messages = errors?.map(({ message }) => message) ?? [detail];
    return { refused: { messages, typed: typeof action === "string" ? action : "" }, status };
  }
}
