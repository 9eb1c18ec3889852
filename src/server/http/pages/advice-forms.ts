import type { Actor } from "../../../domain/act.ts";
import type { FastifyInstance } from "fastify";
import { routes } from "../../../contract/routes.ts";
import { parseOrThrow } from "../../../contract/validation.ts";
import type { AdviceKey } from "../../../domain/advice.ts";
import { ignoreAdvice, pinAdvice, takeBackAdvice } from "../../loop/advice.ts";
import type { LoopContext } from "../../loop/context.ts";
import type { PersonOf } from "./forms.ts";
import { given } from "./given.ts";
import { rootOf } from "./send-page.ts";

/** What administrators do about advice from the page of waste. */
export function addAdviceForms(app: FastifyInstance, context: LoopContext, personOf: PersonOf): void {
  const form = (verb: string, act: (key: AdviceKey, by: Actor) => Promise<unknown>) =>
    app.post(`/waste/${verb}`, async (request, reply) => {
      const { actor } = await personOf(request, "admin");
      const { form_token: _, ...key } = given(request.body);
      await act(parseOrThrow(routes.ignoreAdvice.body, key, "invalid-request"), actor);
      return reply.redirect(`${rootOf(request.url)}waste#advice`, 303);
    });
  form("pin", (key, by) => pinAdvice(context, key, by));
  form("ignore", (key, by) => ignoreAdvice(context, key, by));
  app.post("/waste/ignored/:id/take-back", async (request, reply) => {
    const { actor } = await personOf(request, "admin");
    const { id } = parseOrThrow(routes.takeBackAdvice.params, request.params, "invalid-request");
    await takeBackAdvice(context, id, actor);
    return reply.redirect(`${rootOf(request.url)}waste#advice`, 303);
  });
}
