import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { VERSION } from "../../client/version.ts";
import type { Heard, Sent } from "../loop/deliveries.ts";
import { signatureOf } from "../loop/hooks/signature.ts";
import { addressFor } from "./addresses.ts";
import { firstBytes } from "./first-bytes.ts";
import { networkFaultText } from "./network-fault.ts";

/** How a webhook is called. */
export type Webhook = {
  url: string;
  /** The same for each attempt, so that receivers can tell one that comes twice. */
  id: string;
  body: string;
  /** Of what it answers, at most so many bytes are read; 0: none. */
  mostHeard: number;
};

/** As whom, where to, and for how long a webhook may be called. */
export type WebhookRules = { secret: string; hosts: readonly string[]; nowMs: number; timeoutMs: number };

/** The receiver says that it is not there any more. */
const GONE = 410;

/**
 * Calls a webhook as Standard Webhooks has it (https://www.standardwebhooks.com, 1.0): a POST of JSON with its id, its time,
 * and a signature of both and the body. Redirects are not followed, and nothing of the answer is read but its status, unless it
 * is asked for.
 */
export async function callWebhook(
  { url, id, body, mostHeard }: Webhook,
  { secret, hosts, nowMs, timeoutMs }: WebhookRules,
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
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const heard = await post(to, await addressFor(to, hosts), { headers, body, mostHeard }, limit);
    return { ...sentOf(heard.status), ...(mostHeard > 0 && { heard }) };
  } catch (error) {
    if (limit.aborted) return { isOk: false, reason: `no answer within ${timeoutMs / 1000} s` };
    return { isOk: false, reason: networkFaultText(error, to.host) };
  }
}

function sentOf(status: number): Sent {
  if (status >= 200 && status < 300) return { isOk: true };
  const redirect = status >= 300 && status < 400 ? ", and redirects are not followed" : "";
  return { isOk: false, reason: `it answered with the status ${status}${redirect}`, isFinal: status === GONE };
}

/** Resolves with the status of the answer, and with what of its body is wanted. */
function post(
  to: URL,
  { address, family }: { address: string; family: number },
  { headers, body, mostHeard }: { headers: Record<string, string>; body: string; mostHeard: number },
  signal: AbortSignal,
): Promise<Heard> {
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
        const { statusCode: status = 0 } = answer;
        if (mostHeard > 0) return resolve(firstBytes(answer, mostHeard).then((first) => ({ status, ...first })));
        answer.destroy(); // what it says beyond its status is not wanted, however long it is
        return resolve({ status, text: "", isCut: false });
      },
    );
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}
