import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "../../client/client.ts";
import { AppError } from "../../contract/errors.ts";
import type { EventKind } from "../../domain/event.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import type { Run } from "../../domain/run.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import { hasEnded } from "./verdict.ts";

/** A request as it stands, with its runs, oldest first. */
export type Seen = { work_request: WorkRequest; runs: Run[] };

/** How requests are followed. */
export type FollowOptions = {
  signal: AbortSignal;
  /** Which events are worth another look. Absent: all but progress. */
  kinds?: ReadonlySet<EventKind>;
  /** Told once each time the connection is lost. */
  onLost?: (error: AppError) => void;
};

const AT_ONCE = 8;
/** More topics do not fit into the call; all requests are listened to then. */
const MAX_TOPICS = 150;
const UNAVAILABLE_PAUSE_MS = 500;

/**
 * Each of the requests as it stands now, and again whenever something happened to it, until all have
 * ended. Survives a restart of the server; throws what the stream of events throws.
 */
export async function* followRequests(
  client: Client,
  ids: readonly WorkRequestId[],
  options: FollowOptions,
): AsyncGenerator<Seen, void, undefined> {
  const news = new News(ids);
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const listening = listen(client, news, { ...options, signal });
  try {
    // ends when none is open any more, or by what `next` throws
    while (news.open.size > 0) {
      for (const seen of await look(client, news, await news.next(AT_ONCE), signal)) {
        if (hasEnded(seen.work_request)) news.open.delete(seen.work_request.id);
        yield seen;
      }
    }
  } finally {
    stop.abort();
    await listening;
  }
}

/** Which requests are worth a look: filled by the stream of events, emptied by the reader. */
class News {
  readonly open: Set<WorkRequestId>;
  readonly #dirty = new Set<WorkRequestId>();
  #failure: { reason: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(ids: readonly WorkRequestId[]) {
    this.open = new Set(ids);
  }

  add(ids: Iterable<WorkRequestId>): void {
    for (const id of ids) if (this.open.has(id)) this.#dirty.add(id);
    this.#wake?.();
  }

  fail(reason: unknown): void {
    this.#failure = { reason };
    this.#wake?.();
  }

  /** The next requests to look at, at least one. Throws what ended the stream. */
  async next(count: number): Promise<WorkRequestId[]> {
    // ends when there is something, or when nothing can come any more
    while (this.#dirty.size === 0) {
      if (this.#failure !== undefined) throw this.#failure.reason;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const ids = [...this.#dirty].slice(0, count);
    for (const id of ids) this.#dirty.delete(id);
    return ids;
  }
}

/** Never rejects: what ends the stream is told to the reader. */
async function listen(client: Client, news: News, options: FollowOptions): Promise<void> {
  const topics = news.open.size > MAX_TOPICS ? ["requests"] : [...news.open].map((id) => `r${id}`);
  const { signal, kinds, onLost } = options;
  try {
    for await (const message of client.events({ topics, signal, ...(onLost !== undefined && { onLost }) })) {
      if (message.type !== "event") news.add(news.open);
      else if (message.event.work_request_id !== undefined && isWanted(message.event.kind, kinds)) {
        news.add([message.event.work_request_id]);
      }
    }
  } catch (error) {
    news.fail(error);
  }
}

function isWanted(kind: EventKind, kinds: ReadonlySet<EventKind> | undefined): boolean {
  return kinds === undefined ? kind !== "progress" : kinds.has(kind);
}

/** The requests as they stand. When the server does not answer, they are looked at again: the stream decides when to give up. */
async function look(
  client: Client,
  news: News,
  ids: readonly WorkRequestId[],
  signal: AbortSignal,
): Promise<readonly Seen[]> {
  try {
    return await Promise.all(ids.map((id) => client.call("getWorkRequest", { params: { id }, signal })));
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "unavailable") throw error;
    await delay(UNAVAILABLE_PAUSE_MS, undefined, { signal });
    news.add(ids);
    return [];
  }
}
