/**
 * The newest records, of at most so many bytes and at least about half as many. Kept as two
 * generations, so that letting go costs nothing per record.
 */
export class LogTail {
  readonly #generationBytes: number;
  #older: Uint8Array[] = [];
  #olderBytes = 0;
  #newer: Uint8Array[] = [];
  #newerBytes = 0;
  #cutBytes = 0;

  constructor(mostBytes: number) {
    this.#generationBytes = Math.floor(mostBytes / 2);
  }

  /** Bytes of the records that were let go. */
  get cutBytes(): number {
    return this.#cutBytes;
  }

  /** Bytes of the records that are held. */
  get size(): number {
    return this.#olderBytes + this.#newerBytes;
  }

  push(record: Uint8Array): void {
    if (this.#newerBytes + record.length > this.#generationBytes && this.#newerBytes > 0) {
      this.#cutBytes += this.#olderBytes;
      [this.#older, this.#olderBytes] = [this.#newer, this.#newerBytes];
      [this.#newer, this.#newerBytes] = [[], 0];
    }
    this.#newer.push(record);
    this.#newerBytes += record.length;
  }

  /** The records held, oldest first; none are held afterwards. */
  take(): Uint8Array[] {
    const records = [...this.#older, ...this.#newer];
    this.#older = [];
    this.#newer = [];
    this.#olderBytes = 0;
    this.#newerBytes = 0;
    return records;
  }
}
