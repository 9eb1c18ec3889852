const NEWLINE = 0x0a;
/** A line that is longer is written down in parts. */
const LONGEST_REST = 64 * 1024;

/** Whole lines, each with its newline; or a part of one line, without. */
export type LinePart = { bytes: Uint8Array; isWhole: boolean };

/** Cuts one stream where its lines end; keeps what has no newline yet. */
export class LineSplitter {
  #rest: Uint8Array[] = [];
  #restBytes = 0;

  /** The lines that the chunk completes, and a part of a line that has become too long to wait for its end. */
  push(chunk: Uint8Array): LinePart[] {
    const parts: LinePart[] = [];
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    this.#add(chunk.subarray(0, end));
    if (end > 0) parts.push({ bytes: this.takeRest(), isWhole: true });
    this.#add(chunk.subarray(end));
    if (this.#restBytes >= LONGEST_REST) parts.push({ bytes: this.takeRest(), isWhole: false });
    return parts;
  }

  /** What has no newline yet; it is then a part of its own. */
  takeRest(): Uint8Array {
    const rest = this.#rest.length === 1 ? this.#rest[0]! : Buffer.concat(this.#rest); // its length was just asked
    this.#rest = [];
    this.#restBytes = 0;
    return rest;
  }

  #add(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#rest.push(bytes);
    this.#restBytes += bytes.length;
  }
}
