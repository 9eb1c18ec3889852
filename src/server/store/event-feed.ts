import type { Event } from "../../domain/event.ts";
import type { StoreReader } from "./store.ts";

type Listener = (events: readonly Event[]) => void;

/** How many events are read and passed on at a time. */
const BATCH = 1000;

/**
 * Passes on new events in the order of their ids, which is the order of the commits. It is woken when there may
 * be some, by this process or by another one that uses the database, and reads what came after the last it has
 * seen: so a missed or an extra call does no harm.
 */
export class EventFeed {
  readonly #reader: Pick<StoreReader, "events">;
  readonly #onFault: (error: unknown) => void;
  readonly #listeners = new Set<Listener>();
  #lastSeen: number;
  #isWoken = false;
  #isClosed = false;
  #reading: Promise<void> | undefined;

  constructor(reader: Pick<StoreReader, "events">, lastSeen: number, onFault: (error: unknown) => void) {
    this.#reader = reader;
    this.#lastSeen = lastSeen;
    this.#onFault = onFault;
  }

  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** There may be new events. */
  wake(): void {
    this.#isWoken = true;
    if (!this.#isClosed) this.#reading ??= this.#read();
  }

  /** Passes nothing on any more, and waits for what it is doing. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#reading;
  }

  async #read(): Promise<void> {
    try {
      // ends: when it has read to the end since it was last woken
      while (this.#isWoken && !this.#isClosed) {
        this.#isWoken = false;
        const events = await this.#reader.events(this.#lastSeen, BATCH);
        if (events.length === BATCH) this.#isWoken = true;
        this.#lastSeen = events.at(-1)?.id ?? this.#lastSeen;
        if (events.length > 0) this.#pass(events);
      }
    } catch (error) {
      // Nothing is lost: the next wake reads from the same place.
      if (!this.#isClosed) this.#onFault(error);
    }
    this.#reading = undefined;
  }

  /** A listener that throws does not keep the others from hearing. */
  #pass(events: readonly Event[]): void {
    for (const listener of this.#listeners) {
      try {
        listener(events);
      } catch (error) {
        this.#onFault(error);
      }
    }
  }
}
