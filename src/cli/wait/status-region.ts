import { stripVTControlCharacters } from "node:util";
import { displayWidth } from "../terminal/width.ts";

const USUAL_COLUMNS = 80;
const USUAL_ROWS = 24;

/**
 * Lines at the bottom of a terminal that are drawn again and again, in place and without the alternate screen; lines that
 * stay are written above them. Where the stream is no terminal, only the lines that stay are written.
 */
export class StatusRegion {
  readonly #stream: NodeJS.WriteStream;
  #shown: readonly string[] = [];

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /** Draws the lines anew, as many as the terminal has room for; undefined takes them away. */
  draw(text: string | undefined): void {
    if (!this.#stream.isTTY) return;
    const columns = this.#stream.columns || USUAL_COLUMNS; // 0 where the terminal does not know
    const rows = this.#stream.rows || USUAL_ROWS;
    const lines = text === undefined || text === "" ? [] : fitted(text.replace(/\n$/, "").split("\n"), columns, rows);
    if (lines.join("\n") === this.#shown.join("\n")) return;
    const up = this.#heightOfShown(columns) - 1;
    const isShorter = lines.length <= up;
    const drawn = (lines.length === 0 ? [""] : lines).map((line) => `\u001b[K${line}`).join("\n");
    this.#stream.write(`\r${up > 0 ? `\u001b[${up}A` : ""}${drawn}${isShorter ? "\u001b[J" : ""}`);
    this.#shown = lines;
  }

  /** Takes the lines away, so that something else can be written. */
  clear(): void {
    this.draw(undefined);
  }

  /** Rows that what is shown takes now: a terminal that became narrower has broken its lines. */
  #heightOfShown(columns: number): number {
    return this.#shown.reduce((rows, line) => rows + Math.max(1, Math.ceil(displayWidth(line) / columns)), 0);
  }
}

/** What has room: the last line says how much is left out, and the last column stays free, so that no line is broken. */
function fitted(lines: readonly string[], columns: number, rows: number): string[] {
  const most = Math.max(1, rows - 1);
  const shown = lines.length <= most ? lines : [...lines.slice(0, most - 1), `(${lines.length - most + 1} more lines)`];
  return shown.map((line) => cut(line, columns - 1));
}

/** Cuts to a width, without colours when it has to, because a cut must not fall into an escape sequence. */
function cut(line: string, width: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length <= width ? line : plain.slice(0, Math.max(0, width));
}
