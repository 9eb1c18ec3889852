import { listedAct } from "../../../domain/act.ts";
import { actorOf } from "../authenticate.ts";
import type { LoopContext } from "../../loop/context.ts";
import { makeToken, revokeToken } from "../../loop/tokens.ts";
import type { Handlers } from "../handler.ts";

export function tokenHandlers({
  store,
}: LoopContext): Pick<Handlers, "listTokens" | "createToken" | "revokeToken" | "listActs"> {
  return {
    async listActs({ query: { limit, cursor, ...filter } }) {
      const { items, next_cursor } = await store.read.acts(filter, { limit, cursor });
      return { items: items.map(listedAct), next_cursor };
    },
    listTokens: async () => ({ tokens: await store.read.tokens() }),
    createToken: ({ body, token }) => makeToken(store, body, actorOf(token)),
    async revokeToken({ params: { id }, token }) {
      await revokeToken(store, id, actorOf(token));
      return { revoked: id };
    },
  };
}
