import { stripVTControlCharacters } from "node:util";

/**
 * One line at the bottom of a terminal that is drawn again and again; lines that stay are written above
 * it. Where the stream is no terminal, only the lines that stay are written.
 */
export class StatusRegion {
  readonly #stream: NodeJS.WriteStream;
  #shown = "";

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /** Draws the line anew; undefined takes it away. */
  draw(line: string | undefined): void {
    if (!this.#stream.isTTY) return;
    const text = line === undefined ? "" : cut(line, (this.#stream.columns ?? 80) - 1);
    if (text === this.#shown) return;
    this.#stream.write(`\r\u001b[K${text}`);
    this.#shown = text;
  }

  /** Takes the line away, so that something else can be written. */
  clear(): void {
    this.draw(undefined);
  }
}

/** Cuts to a width, without colours when it has to, because a cut must not fall into an escape sequence. */
function cut(line: string, width: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length <= width ? line : plain.slice(0, Math.max(0, width));
}
