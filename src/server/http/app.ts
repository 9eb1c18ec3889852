import cookie from "@fastify/cookie";
import formbody from "@fastify/formbody";
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from "fastify";
import { z } from "zod";
import type { Route } from "../../contract/route.ts";
import { routes, type RouteName } from "../../contract/routes.ts";
import { parseOrThrow } from "../../contract/validation.ts";
import type { LoopContext } from "../loop/context.ts";
import type { TokenRecord } from "../store/store.ts";
import { authenticate } from "./authenticate.ts";
import { BODY_LIMIT_BYTES, sendFault } from "./faults.ts";
import type { Call, Handlers } from "./handler.ts";
import { estimateHandlers } from "./handlers/estimates.ts";
import { findingHandlers } from "./handlers/findings.ts";
import { historyHandlers } from "./handlers/history.ts";
import { hookHandlers } from "./handlers/hooks.ts";
import { layerHandlers } from "./handlers/layers.ts";
import { reportHandlers } from "./handlers/report.ts";
import { workflowHandlers } from "./handlers/workflows.ts";
import { runHandlers } from "./handlers/runs.ts";
import { scheduleHandlers } from "./handlers/schedules.ts";
import { systemHandlers } from "./handlers/system.ts";
import { taskHandlers } from "./handlers/tasks.ts";
import { tokenHandlers } from "./handlers/tokens.ts";
import { workRequestHandlers } from "./handlers/work-requests.ts";
import { workerCallHandlers } from "./handlers/worker-calls.ts";
import { workerHandlers } from "./handlers/workers.ts";
import { goneSignal } from "./gone-signal.ts";
import { asSeenBy } from "./hide-addresses.ts";
import { addHookCalls } from "./hook-calls.ts";
import { addReaderZone } from "./pages/reader-zone.ts";
import { addPages, isForPeople, notFound, sendFaultPage } from "./pages/pages.ts";

/** What the web framework is given beside the loop. */
export type HttpOptions = {
  logger: FastifyBaseLogger;
  startedAt: string;
  version: string;
  /** Aborted when the server closes: ends streams and waiting calls. */
  closing: AbortSignal;
};

/** One parameter of a path may be long: names of history entries are made of four names. */
const MAX_PARAM_LENGTH = 16_384;

/** The web application: every route of the contract, the pages, and one way to answer faults. */
export async function createApp(context: LoopContext, options: HttpOptions): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: true,
    loggerInstance: options.logger,
    // every call of every worker, several a second, says nothing; faults are logged where they are answered
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
  });
  app.setErrorHandler(sendFault);
  await app.register(cookie);
  addReaderZone(app);
  await app.register(formbody);
  // bodies of bytes are streamed to disk by their handlers
  app.addContentTypeParser("application/octet-stream", (_request, payload, done) => done(null, payload));
  bindRoutes(app, context, handlersOf(context, options), options.closing);
  await addHookCalls(app, context);
  const assets = await addPages(app, context, options);
  app.setNotFoundHandler((request, reply) => {
    if (!isForPeople(request)) throw notFound(request);
    return sendFaultPage(context, assets, notFound(request), request, reply);
  });
  return app;
}

function handlersOf(context: LoopContext, options: HttpOptions): Handlers {
  return {
    ...systemHandlers(context, options),
    ...workRequestHandlers(context),
    ...runHandlers(context),
    ...historyHandlers(context),
    ...taskHandlers(context),
    ...estimateHandlers(context),
    ...findingHandlers(context),
    ...workerHandlers(context),
    ...workerCallHandlers(context),
    ...tokenHandlers(context),
    ...layerHandlers(context),
    ...scheduleHandlers(context),
    ...hookHandlers(context),
    ...reportHandlers(context),
    ...workflowHandlers(context),
  };
}

function bindRoutes(app: FastifyInstance, context: LoopContext, handlers: Handlers, closing: AbortSignal): void {
  const tokens = new WeakMap<FastifyRequest, TokenRecord>();
  for (const [name, route] of Object.entries(routes) as [RouteName, Route][]) {
    // Each handler is typed against its own route; here they are all alike.
    const handler: (call: Call<Route>) => unknown = handlers[name];
    app.route({
      method: route.method,
      url: route.path,
      ...(route.body === "bytes" && { bodyLimit: Number.MAX_SAFE_INTEGER }),
      // before the body: nobody without a token has one read
      onRequest: async (request) => {
        tokens.set(request, await authenticate(context.store, request, route.scope));
      },
      handler: async (request, reply) => {
        const token = tokens.get(request);
        const signal = AbortSignal.any([closing, goneSignal(reply)]);
        const answer = await handler({ ...parse(route, request), token, signal, request, reply } as Call<Route>);
        return typeof route.response === "string" ? reply : send(route, reply, asSeenBy(token?.scope, answer));
      },
    });
  }
}

function send(route: Route, reply: FastifyReply, answer: unknown): FastifyReply {
  return reply
    .code(route.status ?? 200)
    .type("application/json")
    .send(JSON.stringify(answer));
}

/** The parts of a call by the route's schemas; throws one list of all that is wrong. */
function parse(route: Route, request: FastifyRequest) {
  const isSubmission = route === routes.submit || route === routes.fit;
  return {
    params: route.params && parseOrThrow(route.params, request.params, "invalid-request"),
    query: route.query && parseOrThrow(route.query, request.query, "invalid-request"),
    body:
      route.body instanceof z.ZodType
        ? parseOrThrow(route.body, request.body ?? {}, isSubmission ? "invalid-submission" : "invalid-request")
        : undefined,
  };
}
