import { doneBy } from "../../../domain/act.ts";
import { actorOf } from "../authenticate.ts";
import { AppError } from "../../../contract/errors.ts";
import { parseLookupName } from "../../../history/lookup-name.ts";
import type { LoopContext } from "../../loop/context.ts";
import { listedHistory } from "../../loop/listed-history.ts";
import type { Handlers } from "../handler.ts";

type Names = "listHistory" | "lookup" | "importHistory";

export function historyHandlers(context: LoopContext): Pick<Handlers, Names> {
  const { store } = context;
  return {
    listHistory: ({ query: { limit, cursor, since, until, ...key } }) =>
      listedHistory(store.read, key, { limit, cursor, since, until }),
    async lookup({ params }) {
      const parsed = parseLookupName(params.name);
      if (!parsed.ok)
        throw new AppError("invalid-request", { summary: parsed.errors[0]?.message, errors: parsed.errors });
      const entry = await store.read.lastEntry(parsed.lookup.which, parsed.lookup.key);
      if (entry === undefined) throw new AppError("not-found", { what: "history entry", id: params.name });
      return { entry };
    },
    importHistory: ({ body, token }) =>
      store.transaction(async (tx) => {
        const counts = await tx.importHistory(body.entries);
        const data = { ...counts, ...doneBy(actorOf(token)) };
        if (counts.imported > 0) await tx.appendEvents([{ kind: "history_imported", data }]);
        return counts;
      }),
  };
}
