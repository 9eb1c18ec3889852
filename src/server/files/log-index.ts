import type { Readable } from "node:stream";
import type { RunId } from "../../domain/ids.ts";
import { endsLogLine, LOG_HEAD_BYTES } from "../../domain/log-record.ts";

const NEWLINE = 0x0a;

/** Where a line begins is kept of one line in so many. */
export const BLOCK_LINES = 500;

type LogBytes = {
  logSize(run: RunId): Promise<number>;
  readLog(run: RunId, start: number, end: number): Readable;
};

/** Where the lines of one log begin. A log only grows, so that only its new part is ever read for it. */
export class LogIndex {
  /** How many lines have ended. */
  lines = 0;
  /** Up to where the log is known: the end of a record. */
  bytes = 0;
  /** Where the lines 1, 501, 1001, … begin. */
  readonly starts: number[] = [0];
  /** The first line that names an error, as far as the log was looked at for one: `error_bytes`. */
  first_error: number | undefined;
  error_bytes = -1;

  readonly #run: RunId;
  readonly #logs: LogBytes;
  #going: Promise<void> | undefined;

  constructor(run: RunId, logs: LogBytes) {
    this.#run = run;
    this.#logs = logs;
  }

  /** Takes in what the log has now. Calls that come meanwhile wait for the one that goes on. */
  update(): Promise<void> {
    this.#going ??= this.#read().finally(() => (this.#going = undefined));
    return this.#going;
  }

  async #read(): Promise<void> {
    const size = await this.#logs.logSize(this.#run);
    if (size <= this.bytes) return;
    const scan = new Scan(this);
    for await (const chunk of this.#logs.readLog(this.#run, this.bytes, size)) scan.add(chunk as Buffer); // bytes
  }
}

/** Counts lines in chunks, without keeping anything of them but the head of the record that is not ended. */
class Scan {
  readonly #index: LogIndex;
  #head: Uint8Array = new Uint8Array(0);
  #open = 0;

  constructor(index: LogIndex) {
    this.#index = index;
  }

  add(chunk: Buffer): void {
    const index = this.#index;
    let from = 0;
    // ends when no newline is left in the chunk
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      const record = this.#open === 0 ? chunk.subarray(from, end) : this.#joined(chunk.subarray(from, end));
      index.bytes += this.#open + end - from + 1;
      this.#open = 0;
      if (endsLogLine(record)) {
        index.lines += 1;
        if (index.lines % BLOCK_LINES === 0) index.starts.push(index.bytes);
      }
      from = end + 1;
    }
    const rest = chunk.subarray(from);
    this.#head = this.#open === 0 ? rest.slice(0, LOG_HEAD_BYTES) : this.#joined(rest);
    this.#open += rest.length;
  }

  #joined(bytes: Uint8Array): Uint8Array {
    return Buffer.concat([this.#head, bytes.subarray(0, LOG_HEAD_BYTES)]);
  }
}
