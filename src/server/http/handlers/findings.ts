import type { LoopContext } from "../../loop/context.ts";
import { setFindingState } from "../../loop/findings.ts";
import type { Handlers } from "../handler.ts";

export function findingHandlers(context: LoopContext): Pick<Handlers, "listFindings" | "changeFinding"> {
  return {
    listFindings: ({ query: { limit, cursor, ...filter } }) => context.store.read.findings(filter, { limit, cursor }),
    changeFinding: async ({ params, body, token }) => ({
      finding: await setFindingState(context, params.id, body, token.name),
    }),
  };
}
