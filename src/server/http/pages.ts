import { readFileSync } from "node:fs";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { AppError } from "../../contract/errors.ts";
import { routes } from "../../contract/routes.ts";
import { parseOrThrow } from "../../contract/validation.ts";
import { epochMs, timestamp } from "../../domain/clock.ts";
import { overviewPage } from "../../web/pages/overview.ts";
import { requestPage } from "../../web/pages/request.ts";
import { signInPage } from "../../web/pages/sign-in.ts";
import type { LoopContext } from "../loop/context.ts";
import { createToken, findToken } from "../loop/tokens.ts";
import { why } from "../loop/why.ts";
import { workerOf } from "../loop/workers.ts";
import { authenticate, SESSION_COOKIE } from "./authenticate.ts";

const SESSION_SECONDS = 7 * 86_400;
const REQUESTS_SHOWN = 50;

/** No script, no other host, no frame: the pages need none of them. */
const SECURITY_HEADERS = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
  "cache-control": "no-store",
};

const signInForm = z.object({ token: z.string().max(200) });

/** The pages for people; all but the sign-in form need a token, as every route does. */
export function addPages(app: FastifyInstance, context: LoopContext): void {
  const style = readFileSync(new URL("../../web/style.css", import.meta.url), "utf8");
  app.get("/style.css", (_request, reply) => reply.type("text/css; charset=utf-8").send(style));
  app.get("/", async (request, reply) => {
    if (!(await maySee(context, request))) return askToSignIn(request, reply);
    return sendPage(reply, 200, overviewPage(await overviewData(context)));
  });
  app.get("/r/:id", async (request, reply) => {
    if (!(await maySee(context, request))) return reply.redirect("../", 303);
    const { id } = parseOrThrow(routes.whyWorkRequest.params, request.params, "invalid-request");
    const { work_request, sentence } = await why(context, id);
    const runs = await context.store.read.runsOf(id);
    return sendPage(reply, 200, requestPage({ request: work_request, runs, sentence }));
  });
  app.post("/sign-in", async (request, reply) => {
    const form = signInForm.safeParse(request.body);
    const session = form.success ? await openSession(context, form.data.token.trim()) : undefined;
    if (session === undefined) return sendPage(reply, 401, signInPage("This token is unknown, or may not read."));
    void reply.setCookie(SESSION_COOKIE, session, {
      httpOnly: true,
      sameSite: "strict",
      secure: request.protocol === "https",
      path: "/",
      maxAge: SESSION_SECONDS,
    });
    return reply.redirect("./", 303);
  });
}

/** Whether whoever asks shows a token that may read. */
async function maySee(context: LoopContext, request: FastifyRequest): Promise<boolean> {
  try {
    await authenticate(context.store, request, "read");
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

function askToSignIn(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const hasShown = request.cookies[SESSION_COOKIE] !== undefined;
  return sendPage(reply, 401, signInPage(hasShown ? "Your session has ended: sign in again." : undefined));
}

function sendPage(reply: FastifyReply, status: number, html: string): FastifyReply {
  return reply.code(status).headers(SECURITY_HEADERS).type("text/html; charset=utf-8").send(html);
}

/** A token of its own for the browser, which ends with the session and can only read. */
async function openSession(context: LoopContext, secret: string): Promise<string | undefined> {
  const token = await findToken(context.store.read, secret);
  if (token === undefined || !["read", "submit", "admin"].includes(token.scope)) return undefined;
  return context.store.transaction(async (tx) => {
    const expires_at = timestamp(epochMs(await tx.now()) + SESSION_SECONDS * 1000);
    const name = `session of ${token.name}`;
    return (await createToken(tx, { name, scope: "read", worker_name: null, expires_at })).secret;
  });
}

async function overviewData(context: LoopContext) {
  const { read } = context.store;
  const now = await read.now();
  const [counts, page, rows] = await Promise.all([
    read.countByStatus(),
    read.workRequests({}, { limit: REQUESTS_SHOWN }),
    read.workers(),
  ]);
  const workers = rows.map((row) => workerOf(row, now, context.settings.leaseMs));
  return { now, counts, requests: page.items, workers };
}
