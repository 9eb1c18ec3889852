import type { Readable } from "node:stream";
import { createParser } from "eventsource-parser";
import { eventSchema } from "../contract/records.ts";
import type { Event } from "../domain/event.ts";
import { parseJson } from "./failure.ts";

/**
 * - `open`: connected; what changed before is not told, so that a reader asks for the state now.
 *   `resumed` is true when the stream goes on from the last event, with nothing missing between;
 * - `event`: something happened;
 * - `reset`: the server could not go on from the last event: ask for the state again.
 */
export type EventMessage = { type: "open"; resumed: boolean } | { type: "event"; event: Event } | { type: "reset" };

/** A message, absent when only its id counts, and the id to go on from. */
export type Received = { id: string | undefined; message: EventMessage | undefined };

/** What one connection brings, in order, until it ends. */
export async function* readEvents(body: Readable): AsyncGenerator<Received, void, undefined> {
  const waiting: Received[] = [];
  const parser = createParser({
    onEvent: ({ id, event, data }) => waiting.push({ id, message: messageOf(event, data) }),
  });
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    parser.feed(decoder.decode(chunk as Buffer, { stream: true })); // no encoding is set: bodies give buffers
    yield* waiting.splice(0);
  }
}

function messageOf(kind: string | undefined, data: string): EventMessage | undefined {
  if (kind === "reset") return { type: "reset" };
  const parsed = eventSchema.safeParse(parseJson(data));
  // An event of a kind that only newer servers know is passed over; its id still counts.
  return parsed.success ? { type: "event", event: parsed.data } : undefined;
}
