import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "../../client/client.ts";
import { AppError } from "../../contract/errors.ts";
import type { Event } from "../../domain/event.ts";

/** What is followed, and how it is read. */
export type FollowedState<State> = {
  /** `requests`, `workers`, `r5122`; absent: everything. */
  topics?: readonly string[];
  /** Whether an event may have changed the state. */
  isNews: (event: Event) => boolean;
  /** Reads the state; told what has happened since the last time, nothing of it the first time. */
  read: (news: readonly Event[], signal: AbortSignal) => Promise<State>;
  signal: AbortSignal;
  /** Told once each time the connection is lost. */
  onLost: (error: AppError) => void;
};

/** What changes faster is read together, and an answer that is not there is asked for again after as long. */
const PAUSE_MS = 1000;
/** More news than this are not told one by one: the state is read all the same. */
const MOST_NEWS = 1000;

/**
 * A state as it is now, and again whenever the stream of events says that it may be another: at most once a second, and not
 * at all while nothing happens. Goes on until its signal or its reader ends it; throws what the stream of events throws.
 */
export async function* followState<State>(
  client: Client,
  followed: FollowedState<State>,
): AsyncGenerator<State, void, undefined> {
  const news = new News();
  const stop = new AbortController();
  const signal = AbortSignal.any([followed.signal, stop.signal]);
  const listening = listen(client, news, { ...followed, signal });
  try {
    // ends by the reader, or by what `next` or the pause throws
    for (;;) {
      const events = await news.next();
      const state = await readOrWait(followed, events, signal);
      if (state === undefined) news.add(events);
      else yield state.read;
      await delay(PAUSE_MS, undefined, { signal });
    }
  } finally {
    stop.abort();
    await listening;
  }
}

/** What has happened since it was last asked for. */
class News {
  #events: Event[] | undefined;
  #failure: { reason: unknown } | undefined;
  #wake: (() => void) | undefined;

  add(events: readonly Event[]): void {
    this.#events = [...(this.#events ?? []), ...events].slice(-MOST_NEWS);
    this.#wake?.();
  }

  fail(reason: unknown): void {
    this.#failure = { reason };
    this.#wake?.();
  }

  async next(): Promise<readonly Event[]> {
    // ends when there is something, or when nothing can come any more
    while (this.#events === undefined) {
      if (this.#failure !== undefined) throw this.#failure.reason;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const events = this.#events;
    this.#events = undefined;
    return events;
  }
}

/** Never rejects: what ends the stream is told to the reader. */
async function listen<State>(client: Client, news: News, followed: FollowedState<State>): Promise<void> {
  const { topics, signal, onLost, isNews } = followed;
  try {
    for await (const message of client.events({ ...(topics !== undefined && { topics }), signal, onLost })) {
      if (message.type !== "event") news.add([]);
      else if (isNews(message.event)) news.add([message.event]);
    }
  } catch (error) {
    news.fail(error);
  }
}

/** Undefined when the server does not answer: the stream decides when to give up. */
async function readOrWait<State>(
  { read }: FollowedState<State>,
  news: readonly Event[],
  signal: AbortSignal,
): Promise<{ read: State } | undefined> {
  try {
    return { read: await read(news, signal) };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "unavailable") throw error;
    return undefined;
  }
}
