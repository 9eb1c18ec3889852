import { createHash, randomBytes } from "node:crypto";
import type { NewToken, StoreReader, StoreTransaction, TokenRecord } from "../store/store.ts";

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
