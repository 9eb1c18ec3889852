import type { FastifyInstance } from "fastify";
import { AppError } from "../../contract/errors.ts";
import { HOOK_BODY_BYTES, hookName } from "../../contract/hook-routes.ts";
import type { LoopContext } from "../loop/context.ts";
import { takeCall } from "../loop/hooks/hooks.ts";

/** So many calls of all hooks are looked at in a minute, whoever makes them. */
const MOST_CALLS = 600;
const MINUTE_MS = 60_000;

/**
 * Adds `POST /hooks/NAME`, at which other programs have work submitted: without a token, signed, as they send it. The body is
 * taken as bytes, because the signature is of those.
 */
export async function addHookCalls(app: FastifyInstance, context: LoopContext): Promise<void> {
  const mayCall = rateLimit(() => context.clock.monotonicMs());
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
    scope.post("/hooks/:name", { bodyLimit: HOOK_BODY_BYTES, onRequest: mayCall }, async (request, reply) => {
      const { name } = request.params as { name: string }; // the path says so
      const parsed = hookName.safeParse(name);
      if (!parsed.success) throw new AppError("hook-refused", { name, reason: "there is none of that name" });
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const { isRepeated, ...call } = await takeCall(context, parsed.data, { headers: request.headers, body });
      return reply
        .code(call.kind === "refused" ? 422 : isRepeated ? 200 : 202)
        .send({ ...call, is_repeated: isRepeated });
    });
  });
}

/** Before a body is read. */
function rateLimit(monotonicMs: () => number): () => Promise<void> {
  let begunMs = Number.NEGATIVE_INFINITY;
  let count = 0;
  return async () => {
    const nowMs = monotonicMs();
    if (nowMs - begunMs >= MINUTE_MS) [begunMs, count] = [nowMs, 0];
    count += 1;
    if (count > MOST_CALLS) throw new AppError("too-many-calls", { limit: MOST_CALLS });
  };
}
