import type { LogLine } from "../../domain/log-line.ts";
import type { LogRecord, LogStream } from "../../domain/log-record.ts";

const RETURN = 0x0d;

/** So much of a line is looked at: nobody reads more of one, and a line may be as long as the log. */
const MOST_BYTES = 16 * 1024;

/** `hasReturned`: what comes next is written over it. */
type OpenLine = { pieces: Uint8Array[]; bytes: number; left_out: number; hasReturned: boolean };

/** Makes lines of records: parts of a line that come one after another in the same stream belong together. */
export class LineJoiner {
  #number: number;
  #lastMs = 0;
  readonly #open = new Map<LogStream, OpenLine>();
  readonly #decoder = new TextDecoder(); // what is no UTF-8 becomes U+FFFD

  /** `first`: the number of the line that begins with the first record. */
  constructor(first: number) {
    this.#number = first;
  }

  /** The lines that the records end, oldest first. */
  add(records: readonly LogRecord[]): LogLine[] {
    const lines: LogLine[] = [];
    for (const record of records) {
      this.#lastMs = record.at_ms;
      if (record.kind === "cut") {
        lines.push({ ...this.#next(), stream: "cut", text: "", left_out: record.cut_bytes });
      } else if (record.ends_line && !this.#open.has(record.stream)) {
        lines.push(this.#line(record.stream, withPiece(undefined, record.bytes)));
      } else {
        const line = withPiece(this.#open.get(record.stream), record.bytes);
        this.#open.set(record.stream, line);
        if (record.ends_line) lines.push(this.#close(record.stream, line));
      }
    }
    return lines;
  }

  /** The lines that are begun and not ended, as they stand. */
  open(): LogLine[] {
    return [...this.#open].map(([stream, line]) => this.#close(stream, line));
  }

  #close(stream: LogStream, line: OpenLine): LogLine {
    this.#open.delete(stream);
    return this.#line(stream, line);
  }

  #line(stream: LogStream, { pieces, left_out }: OpenLine): LogLine {
    const [first] = pieces;
    const bytes = pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces);
    return { ...this.#next(), stream, text: this.#decoder.decode(bytes), left_out };
  }

  #next(): Pick<LogLine, "number" | "at_ms"> {
    return { number: this.#number++, at_ms: this.#lastMs };
  }
}

/** A progress bar writes its line again and again, each time from its beginning: what stands last is what one sees. */
function withPiece(line: OpenLine | undefined, bytes: Uint8Array): OpenLine {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === RETURN) end -= 1; // ends: each round goes back by one
  const begin = bytes.lastIndexOf(RETURN, end - 1) + 1;
  const isAnew = line === undefined || begin > 0 || (line.hasReturned && end > 0);
  const before = isAnew ? { pieces: [], bytes: 0, left_out: 0 } : line;
  const kept = bytes.subarray(begin, Math.min(end, begin + MOST_BYTES - before.bytes));
  return {
    pieces: [...before.pieces, kept],
    bytes: before.bytes + kept.length,
    left_out: before.left_out + (end - begin - kept.length),
    hasReturned: end < bytes.length || (end === 0 && line?.hasReturned === true),
  };
}
