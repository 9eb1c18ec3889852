import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "../contract/errors.ts";
import type { Route } from "../contract/route.ts";
import { routes, type RouteName } from "../contract/routes.ts";
import type { CallControl, JsonRouteName, UploadBody, UploadRouteName } from "./call-types.ts";
import { failureOf, networkFault, parseJson, readAll, type Failure } from "./failure.ts";
import { backoffMs, CLIENT_BACKOFF, isSafeToRepeat, wasNeverSent, type Backoff } from "./retry.ts";
import { createTransport, type HttpAnswer, type HttpRequest, type Transport } from "./transport.ts";

/** One exchange that was made, for `--debug`; the token is never part of it. */
export type ExchangeRecord = {
  method: string;
  url: string;
  attempt: number;
  durationMs: number;
  /** Absent when no answer came. */
  status?: number;
  requestId?: string;
  error?: string;
};

/** What a client is made from. */
export type ClientOptions = {
  /** Where the server is, such as `http://127.0.0.1:4747`; a path before `/api` is kept. */
  url: string;
  /** Sent as a bearer token; may be changed later with `setToken`. */
  token?: string | undefined;
  /** How often a call is tried in all while the server cannot answer. Default 4; 1: never again. */
  attempts?: number;
  backoff?: Backoff;
  /** Numbers in [0, 1) for the back-off. Default `Math.random`. */
  random?: () => number;
  /** The clock for `ExchangeRecord.durationMs`. Default `performance.now`. */
  monotonicMs?: () => number;
  transport?: Transport;
  onExchange?: (record: ExchangeRecord) => void;
};

/** The parts of any call, once its types have been checked. */
export type Parts = CallControl & { params?: unknown; query?: unknown; body?: unknown };

const DEFAULT_IDLE_TIMEOUT_MS = 60_000;

/** Makes the attempts of a call; holds the token and the connections. */
export class Caller {
  readonly #options: Required<Pick<ClientOptions, "attempts" | "backoff" | "random" | "monotonicMs" | "transport">> &
    ClientOptions;
  #token: string | undefined;

  constructor(options: ClientOptions) {
    this.#options = {
      attempts: 4,
      backoff: CLIENT_BACKOFF,
      random: Math.random,
      monotonicMs: () => performance.now(),
      transport: createTransport(),
      ...options,
    };
    this.#token = options.token;
  }

  get url(): string {
    return this.#options.url;
  }

  setToken(token: string): void {
    this.#token = token;
  }

  close(): void {
    this.#options.transport.close();
  }

  /** Waits before the next attempt. */
  async pause(failures: number, signal: AbortSignal | undefined): Promise<void> {
    const ms = backoffMs(failures, this.#options.backoff, this.#options.random);
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  }

  now(): number {
    return this.#options.monotonicMs();
  }

  /** The parsed document of the answer. */
  async document(name: JsonRouteName | UploadRouteName, parts: Parts): Promise<unknown> {
    const body = name === "submit" ? { submission_key: randomUUID(), ...(parts.body as object) } : parts.body; // submissions are objects
    return this.#attempt(name, { ...parts, body }, async (answer, url) => {
      const text = (await readAll(answer.body)).toString("utf8");
      const parsed = routes[name].response.safeParse(parseJson(text));
      if (parsed.success) return parsed.data;
      const reason = `${parsed.error.issues[0]?.path.join(".")}: ${parsed.error.issues[0]?.message}`;
      throw new AppError("unknown-answer", { url: url.origin, call: name, reason }, { cause: parsed.error });
    });
  }

  /** The answer, of which only the head has been read. */
  async answer(name: RouteName, parts: Parts, headers: Record<string, string> = {}): Promise<HttpAnswer> {
    return this.#attempt(name, parts, async (answer) => answer, headers);
  }

  async #attempt<Result>(
    name: RouteName,
    parts: Parts,
    read: (answer: HttpAnswer, url: URL) => Promise<Result>,
    headers: Record<string, string> = {},
  ): Promise<Result> {
    const route: Route = routes[name];
    const attempts = parts.attempts ?? this.#options.attempts;
    // Ends with an answer, a failure that may not be repeated, the last attempt, or the signal.
    for (let attempt = 1; ; attempt += 1) {
      const done = await this.#once(requestOf(this.#options.url, route, parts, this.#token, headers), attempt, read);
      if ("result" in done) return done.result;
      const mayRepeat = done.failure.isRetryable && (done.failure.hadNoEffect || isSafeToRepeat(name, route.method));
      if (!mayRepeat || attempt >= attempts) throw done.failure.error;
      await this.pause(attempt, parts.signal);
    }
  }

  async #once<Result>(
    request: HttpRequest,
    attempt: number,
    read: (answer: HttpAnswer, url: URL) => Promise<Result>,
  ): Promise<{ result: Result } | { failure: Failure }> {
    const startedAt = this.now();
    const record: ExchangeRecord = { method: request.method, url: request.url.href, attempt, durationMs: 0 };
    try {
      const answer = await this.#options.transport.exchange(request);
      record.status = answer.status;
      const requestId = answer.headers["x-request-id"];
      if (requestId !== undefined) record.requestId = requestId;
      if (answer.status >= 400) return { failure: await failureOf(answer, request.url) };
      return { result: await read(answer, request.url) };
    } catch (error) {
      request.signal?.throwIfAborted();
      if (error instanceof AppError) throw error;
      record.error = error instanceof Error ? error.message : String(error);
      const fault = networkFault(request.url, error);
      return { failure: { error: fault, hadNoEffect: wasNeverSent(error), isRetryable: true } };
    } finally {
      record.durationMs = this.now() - startedAt;
      this.#options.onExchange?.(record);
    }
  }
}

function requestOf(
  base: string,
  route: Route,
  parts: Parts,
  token: string | undefined,
  headers: Record<string, string>,
): HttpRequest {
  const all: Record<string, string> = { accept: acceptOf(route), ...headers };
  if (token !== undefined) all["authorization"] = `Bearer ${token}`;
  const request: HttpRequest = {
    method: route.method,
    url: urlOf(base, route, parts),
    headers: all,
    signal: parts.signal,
    idleTimeoutMs: parts.idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS,
  };
  if (route.body === "bytes") {
    all["content-type"] = "application/octet-stream";
    const body = parts.body as UploadBody; // the type of `upload` demands it
    request.body = typeof body === "function" ? body() : body;
  } else if (route.body !== undefined) {
    all["content-type"] = "application/json";
    request.body = Buffer.from(JSON.stringify(parts.body ?? {}));
  }
  return request;
}

function acceptOf(route: Route): string {
  if (route.response === "bytes") return "application/octet-stream, application/problem+json";
  if (route.response === "events") return "text/event-stream, application/problem+json";
  return "application/json, application/problem+json";
}

function urlOf(base: string, route: Route, parts: Parts): URL {
  const params = (parts.params ?? {}) as Record<string, unknown>; // path and query schemas are objects
  const path = route.path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const url = new URL(base.replace(/\/+$/, "") + path);
  // Query schemas take texts, numbers and booleans only; a field may be there and undefined.
  const query = (parts.query ?? {}) as Record<string, string | number | boolean | undefined>;
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
}
