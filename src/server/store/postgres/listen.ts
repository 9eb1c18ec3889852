import { setTimeout as delay } from "node:timers/promises";
import { openSession, type Session } from "./session.ts";

/** How long to wait before a lost connection is made again, milliseconds. */
const RECONNECT_MS = 1_000;

/** The channel on which a commit with new events is told; the message is empty, the events are in the table. */
export const EVENT_CHANNEL = "almanac_events";

/**
 * Calls back whenever another server, or this one, has committed events, and once after each time that the
 * connection had to be made again, because something may have been missed.
 */
export async function listenForEvents(
  url: string,
  onNews: () => void,
  onFault: (error: unknown) => void,
): Promise<{ close(): Promise<void> }> {
  const stop = new AbortController();
  let session = await connect(url, onNews);
  const keepConnected = async (): Promise<void> => {
    // ends: when it is closed
    while (!stop.signal.aborted) {
      await hasEnded(session, stop.signal);
      if (stop.signal.aborted) break;
      onFault(session.ended.reason);
      session = await reconnect(url, onNews, onFault, stop.signal).catch(() => session); // only when it is closed
    }
    await session.close();
  };
  const running = keepConnected();
  return {
    close() {
      stop.abort();
      return running;
    },
  };
}

async function connect(url: string, onNews: () => void): Promise<Session> {
  const session = await openSession(url);
  session.onNotification(onNews);
  await session.query(`listen ${EVENT_CHANNEL}`);
  return session;
}

async function reconnect(
  url: string,
  onNews: () => void,
  onFault: (error: unknown) => void,
  stop: AbortSignal,
): Promise<Session> {
  // ends: when it is connected, or by the signal, which the delay throws
  for (;;) {
    await delay(RECONNECT_MS, undefined, { signal: stop });
    try {
      const session = await connect(url, onNews);
      onNews();
      return session;
    } catch (error) {
      onFault(error);
    }
  }
}

/** Resolves when the session is gone or the signal fires. */
function hasEnded(session: Session, stop: AbortSignal): Promise<void> {
  const either = AbortSignal.any([session.ended, stop]);
  return new Promise((resolve) => {
    if (either.aborted) resolve();
    else either.addEventListener("abort", () => resolve(), { once: true });
  });
}
