import { open } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { Backoff } from "../../client/retry.ts";
import { AppError } from "../../contract/errors.ts";
import { keepTrying } from "./keep-trying.ts";

/** What a shipper is made from. */
export type LogShipperOptions = {
  file: string;
  /** Bytes of the file that are there to be sent. */
  size: () => number;
  /**
   * Sends a piece that begins at the offset; gives the size that the server has then. It is never cut off
   * by the shipper: a piece that arrives late could stand beside its repetition.
   */
  send: (offset: number, piece: Uint8Array) => Promise<number>;
  random: () => number;
  /** Least time between two pieces while the log grows, milliseconds. Default 250. */
  pauseMs?: number;
  /** Between attempts while the server does not take a piece. Default `WORKER_BACKOFF`. */
  backoff?: Backoff;
};

/** As much as one call carries: below any limit of a server or a proxy. */
const PIECE_BYTES = 512 * 1024;

/**
 * Sends a growing log file to the server, in order and from the byte that the server asks for. While the run
 * goes on it follows the file at a gentle pace (`poke` tells that it has grown); `finish` sends the rest.
 */
export class LogShipper {
  readonly #options: LogShipperOptions;
  readonly #stop = new AbortController();
  #shippedBytes = 0;
  #isRefused = false;
  #following: Promise<void> | undefined;

  constructor(options: LogShipperOptions) {
    this.#options = options;
  }

  /** Bytes that the server has. */
  get shippedBytes(): number {
    return this.#shippedBytes;
  }

  /** Sends what is new, soon. */
  poke(): void {
    if (this.#stop.signal.aborted || this.#isRefused) return;
    this.#following ??= this.#follow(this.#stop.signal).finally(() => {
      this.#following = undefined;
    });
  }

  /** Sends all that is left, as fast as it goes; gives the bytes that the server has then. Rejects when the signal aborts. */
  async finish(signal: AbortSignal): Promise<number> {
    this.#stop.abort();
    await this.#following;
    await this.#ship(signal, 0);
    return this.#shippedBytes;
  }

  /** As `finish`, after asking the server which byte it wants next: it may have lost some with its disk. */
  async finishAgain(signal: AbortSignal): Promise<number> {
    await this.#following;
    if (!this.#isRefused) await this.#send(new Uint8Array(0), signal);
    return this.finish(signal);
  }

  async #follow(signal: AbortSignal): Promise<void> {
    try {
      await this.#ship(signal, this.#options.pauseMs ?? 250);
    } catch {
      // stopped, or the file could not be read: `finish` goes on from here, and tells if it meets the same
    }
  }

  async #ship(signal: AbortSignal, pauseMs: number): Promise<void> {
    // ends when the server has the whole file, or refuses it
    while (!this.#isRefused && this.#shippedBytes < this.#options.size()) {
      await this.#send(await this.#nextPiece(), signal);
      if (pauseMs > 0) await delay(pauseMs, undefined, { signal });
    }
  }

  async #nextPiece(): Promise<Uint8Array> {
    const wanted = Math.min(PIECE_BYTES, this.#options.size() - this.#shippedBytes);
    const handle = await open(this.#options.file, "r");
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(wanted), 0, wanted, this.#shippedBytes);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }

  async #send(piece: Uint8Array, signal: AbortSignal): Promise<void> {
    const attempt = async () => {
      try {
        return await this.#options.send(this.#shippedBytes, piece);
      } catch (error) {
        const wanted = wantedOffset(error);
        if (wanted === undefined || wanted === this.#shippedBytes) throw error;
        return wanted; // an earlier piece arrived although its answer did not, or the server has lost some
      }
    };
    const { random, backoff } = this.#options;
    const delivery = await keepTrying(attempt, { signal, random, ...(backoff !== undefined && { backoff }) });
    if (delivery.ok) this.#shippedBytes = delivery.answer;
    else this.#isRefused = true;
  }
}

/** Where the server's log goes on, if that is what the error says. */
function wantedOffset(error: unknown): number | undefined {
  if (!(error instanceof AppError) || error.code !== "log-offset") return undefined;
  const { expected } = error.details;
  return typeof expected === "number" ? expected : undefined;
}
