import type { Actor } from "../../domain/act.ts";
import type { FastifyRequest } from "fastify";
import { AppError } from "../../contract/errors.ts";
import { epochMs } from "../../domain/clock.ts";
import type { Scope } from "../../contract/route.ts";
import { findToken } from "../loop/tokens.ts";
import type { Store, TokenRecord } from "../store/store.ts";

/** The cookie that a signed-in browser shows. It travels by itself, so calls of the API may only read with it. */
export const SESSION_COOKIE = "almanac_session";

const USE_RESOLUTION_MS = 60_000;

/** Scopes that include others. */
const INCLUDED: Record<Scope, readonly Scope[]> = {
  read: ["read"],
  submit: ["read", "submit"],
  admin: ["read", "submit", "admin"],
  worker: ["worker"],
  join: ["join"],
};

/** Whether a token of the scope may do what the other stands for. */
export function includesScope(scope: Scope, needed: Scope): boolean {
  return INCLUDED[scope].includes(needed);
}

/** The token of a call that may do what the scope stands for; throws `unauthenticated` or `forbidden`. */
export async function authenticate(store: Store, request: FastifyRequest, needed: Scope): Promise<TokenRecord> {
  if (secretOf(request) === undefined) throw new AppError("unauthenticated", { reason: "the call has none" });
  const token = await tokenOf(store, request);
  if (token === undefined) throw new AppError("unauthenticated", { reason: "the one given is unknown or has ended" });
  if (!includesScope(token.scope, needed)) {
    throw new AppError("forbidden", { token: token.name, scope: token.scope, needed });
  }
  await noteUse(store, token);
  return token;
}

/** Whose act it is that is done with a token: in a browser's session, of the token that it was opened with. */
export function actorOf({ id, name, opened_with }: TokenRecord): Actor {
  return { name, token_id: opened_with ?? id };
}

/** The token of a call as it is by now; undefined when it has ended. */
export async function tokenOf(store: Store, request: FastifyRequest): Promise<TokenRecord | undefined> {
  const secret = secretOf(request);
  return secret === undefined ? undefined : findToken(store.read, secret);
}

/** When a token was last used is kept to the minute: a write for each call would cost more than the call. */
async function noteUse(store: Store, token: TokenRecord): Promise<void> {
  const isRecent = token.last_used_at !== null && Date.now() - epochMs(token.last_used_at) < USE_RESOLUTION_MS;
  if (!isRecent) await store.transaction((tx) => tx.touchToken(token.id));
}

function secretOf(request: FastifyRequest): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "");
  if (bearer !== null) return bearer[1];
  const isReading = request.method === "GET" || request.method === "HEAD";
  return isReading ? request.cookies[SESSION_COOKIE] : undefined;
}
