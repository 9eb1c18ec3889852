import type { Readable } from "node:stream";
import { namesError, plainLine } from "../../domain/error-line.ts";
import type { RunId } from "../../domain/ids.ts";
import type { LinePlace, LogLine } from "../../domain/log-line.ts";
import { LogReader } from "../../domain/log-record.ts";
import { LineJoiner } from "./line-joiner.ts";
import { BLOCK_LINES, LogIndex } from "./log-index.ts";

/** The bytes of logs, as `RunFiles` has them. */
type LogBytes = {
  logSize(run: RunId): Promise<number>;
  readLog(run: RunId, start: number, end: number): Readable;
};

/** How much of a log is given at once. */
export type WindowSize = { lines: number; characters: number };

/** Lines that follow each other, and how many the log has by now. */
export type LogWindow = { lines: LogLine[]; total: number };

/** What was found, and after which line to look on; null: there is nothing more. */
export type LogHits = { hits: LogLine[]; next_after: number | null };

/** Reads logs line by line, from any line on: where lines begin is found out once, and kept for the logs read last. */
export type LogLines = {
  window(run: RunId, place: LinePlace, size: WindowSize): Promise<LogWindow>;
  /** The first lines after one that the test accepts; reads no further when the signal aborts. */
  find(run: RunId, test: (line: LogLine) => boolean, more: FindOptions): Promise<LogHits>;
  /** The number of the first line that names an error; undefined: none does. */
  firstError(run: RunId): Promise<number | undefined>;
};

type FindOptions = { after: number; most: number; signal?: AbortSignal | undefined };

/** A line counts for no more than this in the size of a window: whoever shows it cuts it. */
const SHOWN_CHARACTERS = 500;

/** Logs whose lines are known: a few KiB each. */
const KEPT_INDEXES = 64;

/** Reads the lines of the logs that are given. */
export function createLogLines(logs: LogBytes): LogLines {
  const indexes = new Map<RunId, LogIndex>();
  const indexOf = (run: RunId) => {
    const index = indexes.get(run) ?? new LogIndex(run, logs);
    indexes.delete(run); // the one used last stands last
    indexes.set(run, index);
    const [oldest] = indexes.keys();
    if (indexes.size > KEPT_INDEXES && oldest !== undefined) indexes.delete(oldest);
    return index;
  };
  const find: LogLines["find"] = async (run, test, { after, most, signal }) => {
    const index = indexOf(run);
    await index.update();
    const hits: LogLine[] = [];
    for await (const lines of linesFrom(logs, run, index, after + 1)) {
      for (const line of lines) {
        if (!test(line)) continue;
        if (hits.length === most) return { hits, next_after: hits.at(-1)?.number ?? null };
        hits.push(line);
      }
      if (signal?.aborted === true) break;
    }
    return { hits, next_after: null };
  };
  return {
    find,
    async window(run, place, size) {
      const index = indexOf(run);
      await index.update();
      const first = firstOf(place, size.lines, index.lines);
      const last = place.kind === "to" ? place.line : first + size.lines - 1;
      const lines: LogLine[] = [];
      let total = index.lines;
      for await (const some of linesFrom(logs, run, index, first)) {
        total = Math.max(total, some.at(-1)?.number ?? 0);
        lines.push(...some.filter(({ number }) => number <= last));
        if ((some.at(-1)?.number ?? 0) > last) break;
      }
      return { lines: fitting(lines, place, size.characters), total };
    },
    async firstError(run) {
      const index = indexOf(run);
      await index.update();
      if (index.first_error === undefined || index.error_bytes < index.bytes) {
        const { hits } = await find(run, ({ text }) => namesError(plainLine(text)), { after: 0, most: 1 });
        index.first_error = hits[0]?.number;
        index.error_bytes = index.first_error === undefined ? index.bytes : Infinity;
      }
      return index.first_error;
    },
  };
}

function firstOf(place: LinePlace, lines: number, total: number): number {
  switch (place.kind) {
    case "from":
      return place.line;
    case "to":
      return Math.max(1, place.line - lines + 1);
    case "around":
      return Math.max(1, place.line - Math.floor(lines / 4));
    default:
      return Math.max(1, total - lines + 1);
  }
}

/** As many of the lines as have room, counted from where they were asked for. */
function fitting(lines: readonly LogLine[], place: LinePlace, characters: number): LogLine[] {
  const isBackwards = place.kind === "to" || place.kind === "end";
  const asked = place.kind === "around" ? lines.findIndex(({ number }) => number >= place.line) : 0;
  let [from, to] = isBackwards ? [lines.length, lines.length] : [Math.max(0, asked), Math.max(0, asked)];
  let room = characters;
  const costOf = (line: LogLine | undefined) => Math.min(SHOWN_CHARACTERS, line?.text.length ?? 0);
  const canGrow = { back: isBackwards || place.kind === "around", on: !isBackwards };
  // ends: each round takes a line in, or finds that a side has no more
  while (canGrow.back || canGrow.on) {
    if (canGrow.on) {
      canGrow.on = to < lines.length && room >= costOf(lines[to]);
      if (canGrow.on) room -= costOf(lines[to++]);
    }
    if (canGrow.back) {
      canGrow.back = from > 0 && room >= costOf(lines[from - 1]);
      if (canGrow.back) room -= costOf(lines[--from]);
    }
  }
  return lines.slice(from, to);
}

/** Lines from one on, in batches. */
async function* linesFrom(logs: LogBytes, run: RunId, index: LogIndex, first: number): AsyncGenerator<LogLine[]> {
  const block = Math.min(Math.floor((first - 1) / BLOCK_LINES), index.starts.length - 1);
  const start = index.starts[block] ?? 0;
  const size = await logs.logSize(run);
  if (start >= size) return;
  const reader = new LogReader();
  const joiner = new LineJoiner(block * BLOCK_LINES + 1);
  for await (const chunk of logs.readLog(run, start, size)) {
    const lines = joiner.add(reader.read(chunk as Uint8Array)); // a byte stream's chunks
    yield lines.filter(({ number }) => number >= first);
  }
  yield joiner.open().filter(({ number }) => number >= first);
}
