import { createHmac, timingSafeEqual } from "node:crypto";

/** The headers of a call that show who made it. */
export type SignedHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Who made a call is known; `key` is the same when the same call comes again. Or why it is not: what is wrong. */
export type Verified = { ok: true; key: string } | { ok: false; reason: string };

/** Clocks may differ, and calls be on their way, for so long. */
const WINDOW_SECONDS = 300;

/**
 * Whether a call was signed with the secret: as Standard Webhooks has it (https://www.standardwebhooks.com, 1.0), which
 * covers its time, or as GitHub does (`X-Hub-Signature-256`), which does not, so that its body is what makes it the same.
 */
export function verifyCall(headers: SignedHeaders, body: Buffer, secret: string, nowMs: number): Verified {
  const github = textOf(headers["x-hub-signature-256"]);
  if (github !== undefined) return verifyGithub(github, body, secret);
  const signatures = textOf(headers["webhook-signature"]);
  const id = textOf(headers["webhook-id"]);
  const seconds = textOf(headers["webhook-timestamp"]);
  if (signatures === undefined || id === undefined || seconds === undefined) {
    return { ok: false, reason: "it has neither X-Hub-Signature-256 nor the three headers of Standard Webhooks" };
  }
  if (!/^[\x21-\x7e]{1,200}$/.test(id)) return { ok: false, reason: "its webhook-id is longer than 200 characters" };
  if (!/^\d{1,12}$/.test(seconds) || Math.abs(nowMs / 1000 - Number(seconds)) > WINDOW_SECONDS) {
    return { ok: false, reason: "its webhook-timestamp is not within five minutes of now" };
  }
  const expected = signatureOf(secret, `${id}.${seconds}.`, body);
  const isSigned = signatures.split(" ").some((one) => isEqual(one, expected));
  return isSigned ? { ok: true, key: `id:${id}` } : WRONG;
}

/**
 * `v1,` and the HMAC-SHA256 of head and body, in base64, as Standard Webhooks has it. The key is what the secret holds in
 * base64 after `whsec_`; any other secret is the key itself. @param head `id.seconds.`
 */
export function signatureOf(secret: string, head: string, body: Buffer | string): string {
  const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice("whsec_".length), "base64") : Buffer.from(secret);
  return `v1,${createHmac("sha256", key).update(head).update(body).digest("base64")}`;
}

function verifyGithub(signature: string, body: Buffer, secret: string): Verified {
  const expected = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
  return isEqual(signature, expected) ? { ok: true, key: expected } : WRONG;
}

const WRONG: Verified = { ok: false, reason: "its signature is not that of its body with the hook's secret" };

/** In a time that does not tell how much of it was right. */
function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function textOf(header: string | string[] | undefined): string | undefined {
  return typeof header === "string" ? header : undefined;
}
