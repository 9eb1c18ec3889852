import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** One HTTP exchange as the client asks for it. */
export type HttpRequest = {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body?: Uint8Array | AsyncIterable<Uint8Array> | undefined;
  signal?: AbortSignal | undefined;
  /** The exchange fails when no byte came for so long, milliseconds; 0: never. */
  idleTimeoutMs: number;
};

/** The head of an answer and its body, which must be read to its end or destroyed. */
export type HttpAnswer = { status: number; headers: Record<string, string | undefined>; body: Readable };

/** How exchanges are made; passed in, so that tests can stand in for the network. */
export type Transport = { exchange(request: HttpRequest): Promise<HttpAnswer>; close(): void };

/**
 * Exchanges over kept-alive connections of Node's own HTTP client. Idle connections do not keep the
 * process alive. Node's `fetch` was not taken because it ends a body that is silent for five
 * minutes, as a followed log may well be, without a public setting for it.
 */
export function createTransport(): Transport {
  const options = { keepAlive: true, maxSockets: 64 };
  const agents = { "http:": new HttpAgent(options), "https:": new HttpsAgent(options) };
  return {
    exchange: (request) => exchange(request, agents[request.url.protocol === "https:" ? "https:" : "http:"]),
    close: () => {
      agents["http:"].destroy();
      agents["https:"].destroy();
    },
  };
}

function exchange(wanted: HttpRequest, agent: HttpAgent | HttpsAgent): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const start = wanted.url.protocol === "https:" ? httpsRequest : httpRequest;
    const request = start(wanted.url, {
      method: wanted.method,
      headers: headersOf(wanted),
      agent,
      ...(wanted.signal !== undefined && { signal: wanted.signal }),
    });
    if (wanted.idleTimeoutMs > 0) {
      request.setTimeout(wanted.idleTimeoutMs, () => request.destroy(silent(wanted.idleTimeoutMs)));
    }
    request.on("error", reject);
    request.on("response", (response) => resolve(answerOf(response)));
    send(request, wanted.body).catch((error: unknown) => {
      // The request's own error event tells first what went wrong; this covers a source that failed.
      request.destroy();
      reject(error);
    });
  });
}

async function send(request: ReturnType<typeof httpRequest>, body: HttpRequest["body"]): Promise<void> {
  if (body === undefined) {
    request.end();
  } else if (body instanceof Uint8Array) {
    request.end(body);
  } else {
    await pipeline(Readable.from(body), request);
  }
}

function headersOf(wanted: HttpRequest): Record<string, string> {
  if (!(wanted.body instanceof Uint8Array)) return wanted.headers;
  return { ...wanted.headers, "content-length": String(wanted.body.byteLength) };
}

function answerOf(response: IncomingMessage): HttpAnswer {
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return { status: response.statusCode ?? 0, headers, body: response };
}

function silent(idleTimeoutMs: number): Error {
  return Object.assign(new Error(`it was silent for ${idleTimeoutMs / 1000} s`), { code: "ETIMEDOUT" });
}
