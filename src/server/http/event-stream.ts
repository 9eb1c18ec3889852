import type { FastifyReply } from "fastify";
import { AppError } from "../../contract/errors.ts";
import type { Event } from "../../domain/event.ts";
import type { LoopContext } from "../loop/context.ts";
import type { Progress } from "../loop/live.ts";

const MAX_STREAMS = 500;
/** A comment this often shows both ends that the other is there. */
const KEEP_ALIVE_MS = 15_000;
/** A reader that is this far behind is let go: it comes again with its last id. */
const MAX_BUFFERED_BYTES = 4 * 1024 ** 2;
const REPLAY_PAGE = 1_000;
/** A log may grow a thousand times a second; that it has is said this often at most. */
const LOG_TURN_MS = 250;

let openStreams = 0;

/** What a reader wants: topics (`requests`, `workers`, `findings`, `r5122`, `log5122.1`, `log:w-01`), and the id of the last event it has seen. */
export type EventQuery = { topics: string | undefined; after: number | undefined };

/** Who reads: the signal is aborted when he goes away; `isWelcome` tells whether his token has not ended meanwhile. */
type Reader = { signal: AbortSignal; isWelcome: () => Promise<boolean> };

/**
 * Sends events as they are committed until the reader goes away. With `after`, first those that it missed;
 * when they are no longer kept, one `reset` event says so.
 */
export async function streamEvents(
  context: LoopContext,
  reply: FastifyReply,
  query: EventQuery,
  { signal, isWelcome }: Reader,
): Promise<void> {
  if (openStreams >= MAX_STREAMS) throw new AppError("too-many-open", { limit: MAX_STREAMS });
  const topics = query.topics === undefined ? undefined : new Set(query.topics.split(",").map((topic) => topic.trim()));
  const { raw } = reply.hijack();
  raw.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    "x-accel-buffering": "no",
  });
  raw.write(": open\n\n");
  const send = (text: string) => {
    raw.write(text);
    if (raw.writableLength > MAX_BUFFERED_BYTES) raw.destroy();
  };
  openStreams += 1;
  const keepAlive = setInterval(() => {
    send(": still here\n\n");
    void isWelcome().then((is) => void (is || raw.destroy()));
  }, KEEP_ALIVE_MS);
  const stop = await startSending(context, query.after, topics, send);
  await new Promise<void>((resolve) => {
    raw.once("close", resolve);
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
  stop();
  clearInterval(keepAlive);
  openStreams -= 1;
  raw.end();
}

/** Listens first, then reads what was missed, so that nothing falls between; each event is sent once, in order. */
async function startSending(
  context: LoopContext,
  after: number | undefined,
  topics: ReadonlySet<string> | undefined,
  send: (text: string) => void,
): Promise<() => void> {
  const wanted = topicFilter(topics);
  let lastId = after ?? 0;
  let waiting: Event[] | undefined = [];
  const pass = (events: readonly Event[]) => {
    for (const event of events) {
      if (event.id <= lastId) continue;
      lastId = event.id;
      if (wanted(event)) send(formatEvent(event));
    }
  };
  const logs = logNews(topics, send);
  const stopListening = context.live.listen({
    onLog: (run_id) => logs.grown(`log${run_id}`, { run_id }),
    onWorkerLog: (worker_name) => logs.grown(`log:${worker_name}`, { worker_name }),
    onEvents: (events) => (waiting === undefined ? pass(events) : void waiting.push(...events)),
    onProgress: (progress) => {
      if (wanted(progress)) send(formatProgress(progress, lastId));
    },
  });
  if (after !== undefined) await replay(context, after, pass, send);
  const missed = waiting;
  waiting = undefined;
  pass(missed);
  return () => {
    stopListening();
    logs.stop();
  };
}

/** Tells of logs that have grown, not at each piece. */
function logNews(topics: ReadonlySet<string> | undefined, send: (text: string) => void) {
  const timers = new Map<string, NodeJS.Timeout>();
  return {
    grown(topic: string, data: object): void {
      if (topics?.has(topic) !== true || timers.has(topic)) return;
      const tell = () => {
        timers.delete(topic);
        send(`event: log\ndata: ${JSON.stringify(data)}\n\n`);
      };
      timers.set(topic, setTimeout(tell, LOG_TURN_MS));
    },
    stop(): void {
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}

async function replay(
  context: LoopContext,
  after: number,
  pass: (events: readonly Event[]) => void,
  send: (text: string) => void,
): Promise<void> {
  const { read } = context.store;
  const oldest = (await read.events(0, 1))[0];
  // A gap: something between the reader's last event and the oldest that is kept is gone.
  if (after > (await read.lastEventId()) || (oldest !== undefined && oldest.id > after + 1)) {
    send("event: reset\ndata: {}\n\n");
  }
  let position = after;
  // ends: with the first page that is not full
  for (;;) {
    const page = await read.events(position, REPLAY_PAGE);
    pass(page);
    position = page.at(-1)?.id ?? position;
    if (page.length < REPLAY_PAGE) return;
  }
}

type Topical = Pick<Event, "work_request_id" | "worker_name"> & Partial<Pick<Event, "kind" | "data">>;

function topicFilter(names: ReadonlySet<string> | undefined): (event: Topical) => boolean {
  if (names === undefined) return () => true;
  return ({ work_request_id, worker_name, kind, data }) =>
    (names.has("findings") && isOfFindings(kind, data)) ||
    (names.has("requests") && work_request_id !== undefined) ||
    (names.has("workers") && worker_name !== undefined) ||
    names.has(`r${work_request_id ?? ""}`);
}

/** Whether findings may be others than before: a verdict but `passed` opens one, confirms it, or closes it. */
function isOfFindings(kind: Event["kind"] | undefined, data: Event["data"] | undefined): boolean {
  return kind === "finding" || kind === "judged" || (kind === "completed" && data?.["verdict"] !== "passed");
}

function formatEvent(event: Event): string {
  return `id: ${event.id}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Progress has no id of its own: it is not kept, so nobody can ask for it again. */
function formatProgress(progress: Progress, lastId: number): string {
  const { work_request_id, run_id, runtime_statistics, measurement } = progress;
  const at = new Date().toISOString();
  const data = { id: lastId, at, kind: "progress", work_request_id, run_id, data: { runtime_statistics, measurement } };
  return `event: progress\ndata: ${JSON.stringify(data)}\n\n`;
}
