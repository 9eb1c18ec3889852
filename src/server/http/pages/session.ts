import type { Actor } from "../../../domain/act.ts";
import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { AppError } from "../../../contract/errors.ts";
import type { Scope } from "../../../contract/route.ts";
import { epochMs, timestamp } from "../../../domain/clock.ts";
import type { LoopContext } from "../../loop/context.ts";
import { createToken, findToken } from "../../loop/tokens.ts";
import type { TokenRecord } from "../../store/store.ts";
import { actorOf, includesScope, SESSION_COOKIE } from "../authenticate.ts";

const SESSION_SECONDS = 7 * 86_400;
const NAME_START = "session of ";

/** Who looks at a page: the token of the session, and the name of the token that it was opened with. */
export type Person = { token: TokenRecord; name: string; actor: Actor; form_token: string };

/** The person of the session cookie; undefined without one, or when it has ended. */
export async function personOf(context: LoopContext, request: FastifyRequest): Promise<Person | undefined> {
  const secret = request.cookies[SESSION_COOKIE];
  if (secret === undefined) return undefined;
  const token = await findToken(context.store.read, secret);
  if (token === undefined || !includesScope(token.scope, "read")) return undefined;
  const name = token.name.startsWith(NAME_START) ? token.name.slice(NAME_START.length) : token.name;
  return { token, name, actor: actorOf({ ...token, name }), form_token: formToken(secret) };
}

/**
 * The person of a form that changes something. The cookie travels by itself, so the form must also hold what only a page
 * of ours could have told it. Throws `unauthenticated` or `forbidden`.
 */
export async function personOfForm(
  context: LoopContext,
  request: FastifyRequest,
  given: unknown,
  needed: Scope,
): Promise<Person> {
  const person = await personOf(context, request);
  if (person === undefined) throw new AppError("unauthenticated", { reason: "the session has ended" });
  if (typeof given !== "string" || !isSame(given, person.form_token)) {
    throw new AppError("unauthenticated", { reason: "the form is not of this session" });
  }
  if (!includesScope(person.token.scope, needed)) {
    throw new AppError("forbidden", { token: person.name, scope: person.token.scope, needed });
  }
  return person;
}

/** Nothing can be learnt of the session from it, and it can be made from nothing else. */
function formToken(secret: string): string {
  return createHash("sha256").update(`form ${secret}`).digest("base64url");
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Opens a session for a token's secret: a token of its own, of the same scope, which ends with that one; false for a wrong one. */
export async function openSession(
  context: LoopContext,
  request: FastifyRequest,
  reply: FastifyReply,
  given: string,
): Promise<boolean> {
  const token = await findToken(context.store.read, given);
  if (token === undefined || !includesScope(token.scope, "read")) return false;
  const { secret } = await context.store.transaction(async (tx) => {
    const lasting = timestamp(epochMs(await tx.now()) + SESSION_SECONDS * 1000);
    const expires_at = token.expires_at !== null && token.expires_at < lasting ? token.expires_at : lasting;
    const opened_with = token.opened_with ?? token.id;
    const { name, scope } = token;
    return createToken(tx, { name: NAME_START + name, scope, worker_name: null, expires_at, opened_with });
  });
  void reply.setCookie(SESSION_COOKIE, secret, { ...cookieOptions(request), maxAge: SESSION_SECONDS });
  return true;
}

/** Ends the session here and in the browser. */
export async function closeSession(
  context: LoopContext,
  request: FastifyRequest,
  reply: FastifyReply,
  person: Person,
): Promise<void> {
  await context.store.transaction((tx) => tx.deleteToken(person.token.id));
  void reply.setCookie(SESSION_COOKIE, "", { ...cookieOptions(request), maxAge: 0 });
}

/** Without a path: the browser takes the folder of the form's address, so nothing else on the host is sent the cookie. */
function cookieOptions(request: FastifyRequest) {
  return { httpOnly: true, sameSite: "lax", secure: request.protocol === "https" } as const;
}
