import { Buffer } from "node:buffer";
import { once } from "node:events";
import { epochMs } from "../../domain/clock.ts";
import type { LogRecord, LogStream } from "../../domain/log-record.ts";
import { formatBytes } from "../../domain/units.ts";
import type { Cli } from "../cli.ts";
import { formatMoment } from "../terminal/relative-time.ts";
import { logSanitizer } from "../terminal/sanitize.ts";
import type { Surface } from "../terminal/surface.ts";

/** How a log is shown. */
export type LogStyle = {
  /** `none`; `elapsed`: since the run's start; `absolute`. */
  timestamps: "none" | "elapsed" | "absolute";
  /** Only what went to this stream. */
  stream?: LogStream;
  /** One JSON document a line. */
  isJsonl: boolean;
  /** For absolute times: when the run started. */
  startedAt: string | null;
};

const NEWLINE = 0x0a;

/** Writes the records of a log to standard output: the command's own bytes into a file or pipe, without control sequences on a terminal. */
export class LogPrinter {
  readonly #cli: Cli;
  readonly #surface: Surface;
  readonly #style: LogStyle;
  readonly #sanitizer: ReturnType<typeof logSanitizer> | undefined;
  readonly #decoder = new TextDecoder();
  /** The stream whose line is not ended yet. */
  #openLine: LogStream | undefined;

  constructor(cli: Cli, surface: Surface, style: LogStyle) {
    this.#cli = cli;
    this.#surface = surface;
    this.#style = style;
    if (surface.isTty) this.#sanitizer = logSanitizer({ keepColours: surface.hasColour });
  }

  /** Writes the records and waits while the reader is behind. */
  async write(records: readonly LogRecord[]): Promise<void> {
    const pieces = records.flatMap((record) => this.#pieces(record));
    if (pieces.length === 0) return;
    const { stdout } = this.#cli;
    if (!stdout.write(this.#safe(Buffer.concat(pieces)))) await once(stdout, "drain");
  }

  /** Ends a line that was left open. */
  async end(): Promise<void> {
    if (this.#openLine === undefined || this.#style.isJsonl) return;
    this.#openLine = undefined;
    if (this.#surface.isTty) this.#cli.stdout.write("\n");
  }

  #safe(bytes: Buffer): Buffer | string {
    return this.#sanitizer === undefined ? bytes : this.#sanitizer.push(this.#decoder.decode(bytes, { stream: true }));
  }

  #pieces(record: LogRecord): Uint8Array[] {
    if (!isOfStream(record, this.#style.stream)) return [];
    if (this.#style.isJsonl) return [Buffer.from(`${JSON.stringify(documentOf(record))}\n`)];
    if (record.kind === "cut") {
      return [...this.#closeLine(), Buffer.from(`… ${formatBytes(record.cut_bytes)} of output were not kept …\n`)];
    }
    const isContinued = this.#openLine === record.stream;
    const before = isContinued ? [] : [...this.#closeLine(), ...this.#stamp(record)];
    this.#openLine = record.ends_line ? undefined : record.stream;
    return [...before, record.bytes, ...(record.ends_line ? [Uint8Array.of(NEWLINE)] : [])];
  }

  #closeLine(): Uint8Array[] {
    if (this.#openLine === undefined) return [];
    this.#openLine = undefined;
    return [Uint8Array.of(NEWLINE)];
  }

  #stamp(record: LogRecord): Uint8Array[] {
    const { timestamps, startedAt } = this.#style;
    if (timestamps === "none") return [];
    const at = new Date(startedAt === null ? 0 : epochMs(startedAt) + record.at_ms).toISOString();
    const isAbsolute = timestamps === "absolute" && startedAt !== null;
    return [Buffer.from(`${isAbsolute ? formatMoment(at, this.#surface) : elapsed(record.at_ms)}  `)];
  }
}

/** `1:02:03.4`: times of a log line up, whatever their length up to ten hours. */
function elapsed(ms: number): string {
  const tenths = Math.floor(ms / 100);
  const seconds = Math.floor(tenths / 10);
  return `${Math.floor(seconds / 3600)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}.${tenths % 10}`;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}

/** True for what was written to the stream, and for a cut, which concerns both; for everything when none is named. */
export function isOfStream(record: LogRecord, stream: LogStream | undefined): boolean {
  return stream === undefined || record.kind === "cut" || record.stream === stream;
}

/** A record as `--jsonl` and `--json` show it. */
export function documentOf(record: LogRecord): object {
  if (record.kind === "cut") return { at_ms: record.at_ms, kind: "cut", cut_bytes: record.cut_bytes };
  const { at_ms, stream, ends_line } = record;
  return { at_ms, kind: "output", stream, text: Buffer.from(record.bytes).toString("utf8"), ends_line };
}
