import type { LoopContext } from "../../loop/context.ts";
import { sendAgain } from "../../loop/deliveries.ts";
import { setFindingState } from "../../loop/findings.ts";
import type { Handlers } from "../handler.ts";

export function findingHandlers(
  context: LoopContext,
): Pick<Handlers, "listFindings" | "changeFinding" | "listDeliveries" | "sendAgain"> {
  return {
    listFindings: ({ query: { limit, cursor, ...filter } }) => context.store.read.findings(filter, { limit, cursor }),
    listDeliveries: ({ query: { limit, cursor, ...filter } }) =>
      context.store.read.deliveries(filter, { limit, cursor }),
    sendAgain: async ({ params, token }) => ({ delivery: await sendAgain(context, params.id, token.name) }),
    changeFinding: async ({ params, body, token }) => ({
      finding: await setFindingState(context, params.id, body, token.name),
    }),
  };
}
