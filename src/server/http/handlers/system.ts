import type { LoopContext } from "../../loop/context.ts";
import { farmStanding } from "../../loop/farm-standing.ts";
import { tokenOf } from "../authenticate.ts";
import { streamEvents } from "../event-stream.ts";
import type { Handlers } from "../handler.ts";
import { openApiDocument } from "../openapi.ts";

export function systemHandlers(
  context: LoopContext,
  { version, startedAt }: { version: string; startedAt: string },
): Pick<Handlers, "status" | "stats" | "openapi" | "events"> {
  const { store } = context;
  let document: Record<string, unknown> | undefined;
  return {
    async status() {
      const [counts, workers] = await Promise.all([store.read.countByStatus(), store.read.workers()]);
      return { version, database: store.kind, started_at: startedAt, counts, workers: workers.length };
    },
    stats: () => farmStanding(context),
    openapi: () => (document ??= openApiDocument(version)),
    async events({ query, request, reply, signal }) {
      const header = request.headers["last-event-id"];
      const after =
        query.after ?? (typeof header === "string" && /^\d{1,15}$/.test(header) ? Number(header) : undefined);
      const isWelcome = async () => (await tokenOf(store, request)) !== undefined;
      await streamEvents(context, reply, { topics: query.topics, after }, { signal, isWelcome });
      return undefined;
    },
  };
}
