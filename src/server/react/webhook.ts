import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { VERSION } from "../../client/version.ts";
import type { Sent } from "../loop/deliveries.ts";
import { signatureOf } from "../loop/hooks/signature.ts";
import { addressFor } from "./addresses.ts";

/** How a webhook is called. */
export type Webhook = {
  url: string;
  /** The same for each attempt, so that receivers can tell one that comes twice. */
  id: string;
  body: string;
};

const TIMEOUT_MS = 10_000;

/** The receiver says that it is not there any more. */
const GONE = 410;

/**
 * Calls a webhook as Standard Webhooks has it (https://www.standardwebhooks.com, 1.0): a POST of JSON with its id, its time,
 * and a signature of both and the body. Redirects are not followed, and nothing of the answer is kept but its status.
 */
export async function callWebhook(
  { url, id, body }: Webhook,
  { secret, hosts, nowMs }: { secret: string; hosts: readonly string[]; nowMs: number },
  signal: AbortSignal,
): Promise<Sent> {
  const to = new URL(url);
  const seconds = Math.floor(nowMs / 1000);
  const headers = {
    "content-type": "application/json",
    "user-agent": `almanac/${VERSION}`,
    "webhook-id": id,
    "webhook-timestamp": String(seconds),
    "webhook-signature": signatureOf(secret, `${id}.${seconds}.`, body),
  };
  const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  try {
    const status = await post(to, await addressFor(to, hosts), { headers, body }, limit);
    if (status >= 200 && status < 300) return { isOk: true };
    const redirect = status >= 300 && status < 400 ? ", and redirects are not followed" : "";
    return { isOk: false, reason: `it answered with the status ${status}${redirect}`, isFinal: status === GONE };
  } catch (error) {
    if (limit.aborted) return { isOk: false, reason: `no answer within ${TIMEOUT_MS / 1000} s` };
    return { isOk: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Resolves with the status of the answer. */
function post(
  to: URL,
  { address, family }: { address: string; family: number },
  { headers, body }: { headers: Record<string, string>; body: string },
  signal: AbortSignal,
): Promise<number> {
  const request = to.protocol === "https:" ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      to,
      {
        method: "POST",
        headers: { ...headers, "content-length": Buffer.byteLength(body) },
        agent: false,
        signal,
        // to the address that was checked; the certificate is still that of the name
        lookup: (_hostname, options, callback) =>
          options.all === true ? callback(null, [{ address, family }]) : callback(null, address, family),
      },
      (answer) => {
        answer.destroy(); // what it says beyond its status is not wanted, however long it is
        resolve(answer.statusCode ?? 0);
      },
    );
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}
