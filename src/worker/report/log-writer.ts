import { open, type FileHandle } from "node:fs/promises";
import { formatLogLines, formatLogRecord, type LogStream } from "../../domain/log-record.ts";
import type { RunLog } from "../../domain/run.ts";
import { LineSplitter, type LinePart } from "./line-splitter.ts";
import { LogTail } from "./log-tail.ts";

/** What a log is made with. */
export type LogWriterOptions = {
  file: string;
  /** Most bytes of the stored form that are kept: the beginning, and at the end the last part. */
  capBytes: number;
  /** Milliseconds since the run's start. */
  elapsedMs: () => number;
  /** The file has grown to so many bytes. */
  grown: (size: number) => void;
  /** The disk did not take a part; called once. */
  failed: (error: unknown) => void;
};

/** The end of an over-long log that is kept: enough for the last messages of anything. */
const MOST_TAIL_BYTES = 1024 * 1024;
/** A line that is not ended yet is written down after so long. */
const LINE_PATIENCE_MS = 1000;

/**
 * Writes a run's two streams into one log of time-stamped records. It is
 * - *open*: records go to the file as they come;
 * - *full* once the cap less the tail is reached: records go to a tail in memory, of which the oldest are let go;
 * - *ended*: what was let go is told by a `cut` record, the tail follows it, and nothing more comes.
 */
export class LogWriter {
  readonly #options: LogWriterOptions;
  readonly #splitters: Record<LogStream, LineSplitter>;
  readonly #headBytes: number;
  readonly #tail: LogTail;
  #waiting: Uint8Array[] = [];
  #acceptedBytes = 0;
  #writtenBytes = 0;
  #isFull = false;
  #lostBytes = 0;
  #hasFailed = false;
  #writing: Promise<void> | undefined;
  #handle: FileHandle | undefined;
  #patience: NodeJS.Timeout | undefined;

  constructor(options: LogWriterOptions) {
    this.#options = options;
    const tailBytes = Math.min(MOST_TAIL_BYTES, Math.floor(options.capBytes / 2));
    this.#headBytes = options.capBytes - tailBytes;
    this.#tail = new LogTail(tailBytes);
    this.#splitters = { stdout: new LineSplitter(), stderr: new LineSplitter() };
  }

  /** Bytes that are in the file. */
  get size(): number {
    return this.#writtenBytes;
  }

  /** Bytes that are not kept, as far as is known now; those of the tail, which is only in memory, included. */
  get atRiskBytes(): number {
    return this.#lostBytes + this.#tail.cutBytes + this.#tail.size;
  }

  write(stream: LogStream, chunk: Uint8Array): void {
    for (const part of this.#splitters[stream].push(chunk)) this.#store(stream, part);
    this.#patience ??= setTimeout(() => {
      this.#flushUnended();
    }, LINE_PATIENCE_MS);
  }

  /** Writes what is left, and closes the file. Call once, when nothing more comes. */
  async end(): Promise<RunLog> {
    this.#flushUnended();
    if (this.#tail.cutBytes > 0) {
      this.#queue(formatLogRecord({ kind: "cut", at_ms: this.#options.elapsedMs(), cut_bytes: this.#tail.cutBytes }));
    }
    for (const record of this.#tail.take()) this.#queue(record);
    await this.#writing;
    await this.#handle?.close();
    return { size: this.#writtenBytes, cut_bytes: this.#lostBytes + this.#tail.cutBytes };
  }

  /** A prompt, or a line that grows slowly: shown before it ends. */
  #flushUnended(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
    for (const stream of ["stdout", "stderr"] as const) {
      const rest = this.#splitters[stream].takeRest();
      if (rest.length > 0) this.#store(stream, { bytes: rest, isWhole: false });
    }
  }

  #store(stream: LogStream, { bytes, isWhole }: LinePart): void {
    const at_ms = this.#options.elapsedMs();
    const stored = isWhole
      ? formatLogLines(at_ms, stream, bytes)
      : formatLogRecord({ kind: "output", at_ms, stream, bytes, ends_line: false });
    this.#isFull ||= this.#acceptedBytes + stored.length > this.#headBytes;
    if (this.#isFull) {
      this.#tail.push(stored);
    } else {
      this.#acceptedBytes += stored.length;
      this.#queue(stored);
    }
  }

  #queue(stored: Uint8Array): void {
    this.#waiting.push(stored);
    this.#writing ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    // ends when nothing waits any more; what comes meanwhile is taken in the next round
    for (let batch = this.#takeBatch(); batch.length > 0; batch = this.#takeBatch()) {
      try {
        this.#handle ??= await open(this.#options.file, "a", 0o600);
        await this.#handle.appendFile(batch);
        this.#writtenBytes += batch.length;
        this.#options.grown(this.#writtenBytes);
      } catch (error) {
        // A full disk costs the run its log, not its life.
        this.#lostBytes += batch.length;
        if (!this.#hasFailed) this.#options.failed(error);
        this.#hasFailed = true;
      }
    }
    this.#writing = undefined;
  }

  #takeBatch(): Buffer {
    const batch = Buffer.concat(this.#waiting);
    this.#waiting = [];
    return batch;
  }
}
