import { actorOf } from "../authenticate.ts";
import type { LoopContext } from "../../loop/context.ts";
import { sendAgain } from "../../loop/deliveries.ts";
import { changeFinding, findingOf } from "../../loop/change-finding.ts";
import { tryDelivery } from "../../loop/try-delivery.ts";
import type { Handlers } from "../handler.ts";

export function findingHandlers(
  context: LoopContext,
): Pick<Handlers, "listFindings" | "getFinding" | "changeFinding" | "listDeliveries" | "sendAgain" | "tryDelivery"> {
  return {
    listFindings: ({ query: { limit, cursor, ...filter } }) => context.store.read.findings(filter, { limit, cursor }),
    getFinding: async ({ params }) => ({ finding: await findingOf(context.store.read, params.id) }),
    listDeliveries: ({ query: { limit, cursor, ...filter } }) =>
      context.store.read.deliveries(filter, { limit, cursor }),
    sendAgain: async ({ params, token }) => ({ delivery: await sendAgain(context, params.id, actorOf(token)) }),
    tryDelivery: async ({ body, token, signal }) => ({
      trial: await tryDelivery(context, body.action, actorOf(token), signal),
    }),
    changeFinding: async ({ params, body, token }) => ({
      finding: await changeFinding(context, params.id, body, actorOf(token)),
    }),
  };
}
