import { doneBy, type Actor } from "../../domain/act.ts";
import { createHash, randomBytes } from "node:crypto";
import { AppError } from "../../contract/errors.ts";
import type { Scope } from "../../contract/route.ts";
import { epochMs, timestamp } from "../../domain/clock.ts";
import type { NewToken, Store, StoreReader, StoreTransaction, TokenRecord } from "../store/store.ts";

/** Secrets start so, so that scanners of leaked secrets, and people, know what they have found. */
const PREFIX = "almanac_";

/** Makes a token; only the hash of its secret is kept. */
export async function createToken(
  tx: StoreTransaction,
  token: Omit<NewToken, "secret_hash">,
): Promise<{ token: TokenRecord; secret: string }> {
  const secret = PREFIX + randomBytes(24).toString("base64url");
  return { token: await tx.insertToken({ ...token, secret_hash: hashSecret(secret) }), secret };
}

/** A join token that nobody said otherwise of. */
const JOIN_TOKEN_SECONDS = 3600;

/** A token as people ask for one; `expires_in` in seconds, absent: never (a join token: one hour). */
type AskedToken = {
  name: string;
  scope: Scope;
  expires_in?: number | undefined;
  max_share?: number | undefined;
};

/** Makes the token that somebody asked for; `by` is who did. */
export function makeToken(store: Store, asked: AskedToken, by: Actor): Promise<{ token: TokenRecord; secret: string }> {
  return store.transaction(async (tx) => {
    const seconds = asked.expires_in ?? (asked.scope === "join" ? JOIN_TOKEN_SECONDS : undefined);
    const expires_at = seconds === undefined ? null : timestamp(epochMs(await tx.now()) + seconds * 1000);
    const { name, scope, max_share = null } = asked;
    if (max_share !== null) await shareChanged(tx, name);
    const made = await createToken(tx, { name, scope, max_share, worker_name: null, expires_at });
    await tokenChanged(tx, made.token, { did: "made", expires_at, max_share, by });
    return made;
  });
}

/** Ends a token at once, with the sessions that were opened with it. Throws `not-found`. */
export function revokeToken(store: Store, id: number, by: Actor): Promise<void> {
  return store.transaction(async (tx) => {
    const token = (await tx.tokens()).find((one) => one.id === id);
    if (token === undefined || !(await tx.deleteToken(id))) throw new AppError("not-found", { what: "token", id });
    if (token.max_share !== null) await shareChanged(tx, token.name);
    await tokenChanged(tx, token, { did: "revoked", by });
  });
}

/** Leaves a trace of who did what to a token. Nothing of its secret is told, nor of the hash. */
function tokenChanged(
  tx: StoreTransaction,
  { id: token_id, name, scope }: TokenRecord,
  { did, by, ...more }: { did: "made" | "revoked"; by: Actor; expires_at?: string | null; max_share?: number | null },
): Promise<void> {
  return tx.appendEvents([{ kind: "token_changed", data: { did, token_id, name, scope, ...more, ...doneBy(by) } }]);
}

/** Planning hears that the requests of this name have another bound from now on. */
function shareChanged(tx: StoreTransaction, name: string): Promise<void> {
  return tx.appendEvents([{ kind: "share_changed", data: { name } }]);
}

/** The token of a secret, if it exists and has not ended. */
export async function findToken(reader: StoreReader, secret: string): Promise<TokenRecord | undefined> {
  const token = await reader.tokenByHash(hashSecret(secret));
  if (token === undefined || token.expires_at === null) return token;
  return token.expires_at > (await reader.now()) ? token : undefined;
}

/** SHA-256, hex. The secret has 192 random bits: nothing to guess, so no salt and no slow hash are needed. */
function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
