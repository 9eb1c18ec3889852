import { actorOf } from "../authenticate.ts";
import type { LoopContext } from "../../loop/context.ts";
import { putHook, removeHook, showHook } from "../../loop/hooks/hooks.ts";
import { tryHook } from "../../loop/hooks/try-hook.ts";
import type { Handlers } from "../handler.ts";

type Names = "listHooks" | "getHook" | "putHook" | "tryHook" | "removeHook";

export function hookHandlers(context: LoopContext): Pick<Handlers, Names> {
  return {
    listHooks: async () => ({ hooks: await context.store.read.hooks() }),
    getHook: ({ params }) => showHook(context, params.name),
    putHook: ({ params, body, token }) => putHook(context, params.name, body, actorOf(token)),
    tryHook: async ({ params, body }) => ({ trial: await tryHook(context, params.name, body.sent) }),
    async removeHook({ params: { name }, token }) {
      await removeHook(context, name, actorOf(token));
      return { removed: name };
    },
  };
}
