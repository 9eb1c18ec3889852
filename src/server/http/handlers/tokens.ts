import { AppError } from "../../../contract/errors.ts";
import { epochMs, timestamp } from "../../../domain/clock.ts";
import type { LoopContext } from "../../loop/context.ts";
import { createToken } from "../../loop/tokens.ts";
import type { StoreTransaction } from "../../store/store.ts";
import type { Handlers } from "../handler.ts";

/** A join token that nobody said otherwise of. */
const JOIN_TOKEN_SECONDS = 3600;

export function tokenHandlers(context: LoopContext): Pick<Handlers, "listTokens" | "createToken" | "revokeToken"> {
  const { store } = context;
  return {
    listTokens: async () => ({ tokens: await store.read.tokens() }),
    createToken: ({ body }) =>
      store.transaction(async (tx) => {
        const seconds = body.expires_in ?? (body.scope === "join" ? JOIN_TOKEN_SECONDS : undefined);
        const expires_at = seconds === undefined ? null : timestamp(epochMs(await tx.now()) + seconds * 1000);
        const { name, scope, max_share = null } = body;
        if (max_share !== null) await shareChanged(tx, name);
        return createToken(tx, { name, scope, max_share, worker_name: null, expires_at });
      }),
    revokeToken: ({ params: { id } }) =>
      store.transaction(async (tx) => {
        const token = (await tx.tokens()).find((one) => one.id === id);
        if (token !== undefined && token.max_share !== null) await shareChanged(tx, token.name);
        if (!(await tx.deleteToken(id))) throw new AppError("not-found", { what: "token", id });
        return { revoked: id };
      }),
  };
}

/** Planning hears that the requests of this name have another bound from now on. */
function shareChanged(tx: StoreTransaction, name: string): Promise<void> {
  return tx.appendEvents([{ kind: "share_changed", data: { name } }]);
}
