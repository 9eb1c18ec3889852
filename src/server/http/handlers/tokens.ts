import type { LoopContext } from "../../loop/context.ts";
import { makeToken, revokeToken } from "../../loop/tokens.ts";
import type { Handlers } from "../handler.ts";

export function tokenHandlers({ store }: LoopContext): Pick<Handlers, "listTokens" | "createToken" | "revokeToken"> {
  return {
    listTokens: async () => ({ tokens: await store.read.tokens() }),
    createToken: ({ body }) => makeToken(store, body),
    async revokeToken({ params: { id } }) {
      await revokeToken(store, id);
      return { revoked: id };
    },
  };
}
