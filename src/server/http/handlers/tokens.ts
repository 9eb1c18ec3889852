import type { LoopContext } from "../../loop/context.ts";
import { makeToken, revokeToken } from "../../loop/tokens.ts";
import type { Handlers } from "../handler.ts";

export function tokenHandlers({ store }: LoopContext): Pick<Handlers, "listTokens" | "createToken" | "revokeToken"> {
  return {
    listTokens: async () => ({ tokens: await store.read.tokens() }),
    createToken: ({ body, token }) => makeToken(store, body, token.name),
    async revokeToken({ params: { id }, token }) {
      await revokeToken(store, id, token.name);
      return { revoked: id };
    },
  };
}
