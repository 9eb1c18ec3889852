import { Readable } from "node:stream";
import type { RunId } from "../../domain/ids.ts";
import type { LoopContext } from "../loop/context.ts";

/** Which part of a log is wanted. */
export type LogQuery = { from?: number | undefined; tail?: number | undefined; follow: boolean };

const NEWLINE = 0x0a;
const TAIL_BLOCK_BYTES = 64 * 1024;

/** The wanted part of a run's log; with `follow`, it goes on until the run has ended and all of it is read. */
export async function logStream(
  context: LoopContext,
  run: RunId,
  query: LogQuery,
  signal: AbortSignal,
): Promise<Readable> {
  const size = await context.files.logSize(run);
  const start = query.tail === undefined ? (query.from ?? 0) : await tailStart(context, run, size, query.tail);
  if (!query.follow) return start >= size ? Readable.from([]) : context.files.readLog(run, start, size);
  return Readable.from(follow(context, run, start, signal), { objectMode: false });
}

async function* follow(
  context: LoopContext,
  run: RunId,
  start: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let position = start;
  const news = newsOf(context, run);
  try {
    // ends: when the run has ended and its log is read, or when the reader goes away
    while (!signal.aborted) {
      const hasEnded = await isOver(context, run); // before the size: what is written by then is read
      const size = await context.files.logSize(run);
      if (size > position) {
        for await (const chunk of context.files.readLog(run, position, size)) yield chunk as Uint8Array; // bytes
        position = size;
      } else if (hasEnded) {
        return;
      } else {
        await news.next(signal);
      }
    }
  } finally {
    news.stop();
  }
}

async function isOver(context: LoopContext, run: RunId): Promise<boolean> {
  const current = await context.store.read.run(run);
  return current === undefined || current.state === "ended";
}

/** Tells when a run's log has grown, or its state has changed, since the last time. */
function newsOf(context: LoopContext, run: RunId) {
  let isDirty = true;
  let wake: (() => void) | undefined;
  const touch = () => {
    isDirty = true;
    wake?.();
  };
  const stop = context.live.listen({
    onLog: (id) => void (id === run && touch()),
    onEvents: (events) => void (events.some((event) => event.run_id === run) && touch()),
  });
  return {
    stop,
    async next(signal: AbortSignal): Promise<void> {
      if (!isDirty) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
        wake = undefined;
      }
      isDirty = false;
    },
  };
}

/** Where the last so many lines begin: read backwards from the end, block by block. */
async function tailStart(context: LoopContext, run: RunId, size: number, lines: number): Promise<number> {
  if (lines === 0) return size;
  let found = 0;
  // ends: each round reads the block before the last, down to the beginning
  for (let end = size; end > 0; end -= TAIL_BLOCK_BYTES) {
    const start = Math.max(0, end - TAIL_BLOCK_BYTES);
    const block = Buffer.concat((await context.files.readLog(run, start, end).toArray()) as Uint8Array[]); // bytes
    for (let index = block.length - 1; index >= 0; index -= 1) {
      if (block[index] !== NEWLINE || start + index === size - 1) continue;
      found += 1;
      if (found === lines) return start + index + 1;
    }
  }
  return 0;
}
