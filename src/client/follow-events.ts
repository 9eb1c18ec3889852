import { AppError } from "../contract/errors.ts";
import type { Caller } from "./caller.ts";
import { readEvents, type EventMessage } from "./event-stream.ts";
import { networkFault } from "./failure.ts";

/** How events are followed. */
export type EventOptions = {
  /** `requests`, `workers`, `r5122`; absent: all. */
  topics?: readonly string[];
  /** Go on after this event. */
  after?: number;
  signal?: AbortSignal | undefined;
  /** How long to try to get back after the connection was lost, milliseconds. Default 300 000. */
  reconnectForMs?: number;
  /** Told once for each loss of the connection. */
  onLost?: (error: AppError) => void;
};

/** The server sends a comment every 15 s: three missed ones mean that it is gone. */
const IDLE_TIMEOUT_MS = 45_000;
const DEFAULT_RECONNECT_FOR_MS = 300_000;

/**
 * The stream of events over as many connections as it takes. A first connection that fails is the
 * caller's fault to see; a lost one is made again, from the last event that was passed on.
 */
export async function* followEvents(
  caller: Caller,
  options: EventOptions,
): AsyncGenerator<EventMessage, void, undefined> {
  const { signal, reconnectForMs = DEFAULT_RECONNECT_FOR_MS } = options;
  let lastId = options.after === undefined ? undefined : String(options.after);
  let lost: { sinceMs: number; failures: number } | undefined;
  let isFirst = true;
  // Ends by the signal, by the server's refusal, or when the server stayed away for too long.
  for (;;) {
    try {
      const answer = await connect(caller, options, lastId, isFirst);
      lost = undefined;
      isFirst = false;
      yield { type: "open", resumed: lastId !== undefined };
      for await (const { id, message } of readEvents(answer.body)) {
        if (id !== undefined) lastId = id;
        if (message !== undefined) yield message;
      }
      throw new AppError("unavailable", { reason: `${caller.url} closed the stream of events` });
    } catch (error) {
      signal?.throwIfAborted();
      const fault = error instanceof AppError ? error : networkFault(new URL(caller.url), error);
      if (isFirst || (fault.code !== "unavailable" && fault.code !== "too-many-open")) throw fault;
      if (lost === undefined) options.onLost?.(fault);
      lost ??= { sinceMs: caller.now(), failures: 0 };
      if (caller.now() - lost.sinceMs > reconnectForMs) throw fault;
      lost.failures += 1;
      await caller.pause(lost.failures, signal);
    }
  }
}

function connect(caller: Caller, options: EventOptions, lastId: string | undefined, isFirst: boolean) {
  const parts = {
    query: { topics: options.topics?.join(",") },
    signal: options.signal,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    ...(!isFirst && { attempts: 1 }), // this loop waits between attempts itself
  };
  return caller.answer("events", parts, lastId === undefined ? {} : { "last-event-id": lastId });
}
