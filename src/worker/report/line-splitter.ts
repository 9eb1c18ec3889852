const NEWLINE = 0x0a;
/** A line that is longer is written down in parts. */
const LONGEST_PART = 64 * 1024;

/** A line without its newline, or a part of one. */
export type LinePart = { bytes: Uint8Array; endsLine: boolean };

/** Cuts one stream into lines; keeps what has no newline yet. */
export class LineSplitter {
  #rest: Uint8Array[] = [];
  #restBytes = 0;

  /** The lines that the chunk completes, and parts of a line that has become too long. */
  push(chunk: Uint8Array): LinePart[] {
    const parts: LinePart[] = [];
    let from = 0;
    // ends when no newline is left in the chunk
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      this.#keep(chunk.subarray(from, end), parts);
      parts.push({ bytes: this.takeRest(), endsLine: true });
      from = end + 1;
    }
    this.#keep(chunk.subarray(from), parts);
    return parts;
  }

  /** What has no newline yet; it is then a part of its own. */
  takeRest(): Uint8Array {
    const rest = this.#rest.length === 1 ? this.#rest[0]! : Buffer.concat(this.#rest); // its length was just asked
    this.#rest = [];
    this.#restBytes = 0;
    return rest;
  }

  #keep(bytes: Uint8Array, parts: LinePart[]): void {
    let left = bytes;
    // ends: each round takes as much as makes a full part
    while (this.#restBytes + left.length > LONGEST_PART) {
      const fits = LONGEST_PART - this.#restBytes;
      this.#add(left.subarray(0, fits));
      parts.push({ bytes: this.takeRest(), endsLine: false });
      left = left.subarray(fits);
    }
    this.#add(left);
  }

  #add(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#rest.push(bytes);
    this.#restBytes += bytes.length;
  }
}
