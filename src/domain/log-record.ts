/**
 * The stored form of a run's log: one record a line, `<ms since the run's start> <kind> <bytes>\n`.
 * Kinds: `o` and `e` end a line of standard output and error; `O` and `E` are a part of a line, which
 * the next record of the same stream goes on with; `c` stands where output was not kept, and how much.
 * The bytes are those of the command, which need not be UTF-8. `docs/guide/logs-and-outputs.md` shows examples.
 */
export type LogRecord =
  | { kind: "output"; at_ms: number; stream: LogStream; bytes: Uint8Array; ends_line: boolean }
  /** `cut_bytes` of the stored form are missing here, because of the cap. */
  | { kind: "cut"; at_ms: number; cut_bytes: number };

/** Where a command wrote. */
export type LogStream = "stdout" | "stderr";

const NEWLINE = 0x0a;
const SPACE = 0x20;
/** No time of a run has more digits: 10 years are 12. */
const LONGEST_HEAD = 16;

/** The stored form of a record. The bytes of an output record must not contain a newline. */
export function formatLogRecord(record: LogRecord): Uint8Array {
  const head = headOf(record.at_ms, letterOf(record));
  const body = record.kind === "cut" ? ascii(String(record.cut_bytes)) : record.bytes;
  const line = new Uint8Array(head.length + body.length + 1);
  line.set(head, 0);
  line.set(body, head.length);
  line[line.length - 1] = NEWLINE;
  return line;
}

/**
 * The stored form of many lines that came together, each with its newline: the same as a record for each,
 * at a hundredth of the cost.
 */
export function formatLogLines(at_ms: number, stream: LogStream, lines: Uint8Array): Uint8Array {
  const head = headOf(at_ms, stream === "stdout" ? "o" : "e");
  let count = 0;
  for (let index = 0; index < lines.length; index += 1) if (lines[index] === NEWLINE) count += 1;
  const stored = new Uint8Array(lines.length + count * head.length);
  const isLong = lines.length > count * LONG_LINE;
  let to = 0;
  for (let from = 0; from < lines.length;) {
    stored.set(head, to);
    to += head.length;
    const end = isLong ? lines.indexOf(NEWLINE, from) + 1 : copyLine(lines, from, stored, to);
    if (isLong) stored.set(lines.subarray(from, end), to);
    to += end - from;
    from = end;
  }
  return stored;
}

/** From this average length on, searching and copying as a whole is quicker than byte by byte. */
const LONG_LINE = 64;

/** Copies one line byte by byte; gives where the next one begins. */
function copyLine(lines: Uint8Array, from: number, stored: Uint8Array, to: number): number {
  let at = from;
  // ends: there is a newline
  for (; lines[at] !== NEWLINE; at += 1) stored[to + at - from] = lines[at]!;
  stored[to + at - from] = NEWLINE;
  return at + 1;
}

/** The record in one line of a log, without its newline; undefined when it is none (such as the end of a cut-off line). */
export function parseLogRecord(line: Uint8Array): LogRecord | undefined {
  const space = line.subarray(0, LONGEST_HEAD).indexOf(SPACE);
  if (space < 1 || line[space + 2] !== SPACE) return undefined;
  const at_ms = digits(line.subarray(0, space));
  if (at_ms === undefined) return undefined;
  const bytes = line.subarray(space + 3);
  switch (String.fromCharCode(line[space + 1]!)) {
    case "o":
      return { kind: "output", at_ms, stream: "stdout", bytes, ends_line: true };
    case "e":
      return { kind: "output", at_ms, stream: "stderr", bytes, ends_line: true };
    case "O":
      return { kind: "output", at_ms, stream: "stdout", bytes, ends_line: false };
    case "E":
      return { kind: "output", at_ms, stream: "stderr", bytes, ends_line: false };
    case "c": {
      const cut_bytes = digits(bytes);
      return cut_bytes === undefined ? undefined : { kind: "cut", at_ms, cut_bytes };
    }
    default:
      return undefined;
  }
}

/** So many bytes of a record tell whether it ends a line. */
export const LOG_HEAD_BYTES = LONGEST_HEAD + 2;

/** True for what people count as a line: a record that ends one, or stands for what was cut; of a part, and of what is no record, false. */
export function endsLogLine(record: Uint8Array): boolean {
  const space = record.indexOf(SPACE);
  if (space < 1 || space >= LONGEST_HEAD || record[space + 2] !== SPACE) return false;
  for (let index = 0; index < space; index += 1) if (record[index]! < 0x30 || record[index]! > 0x39) return false;
  return LINE_ENDS.has(record[space + 1]!);
}

const LINE_ENDS: ReadonlySet<number> = new Set(Array.from("oec", (letter) => letter.charCodeAt(0)));

/**
 * Reads a log that arrives in pieces. Lines that are no records are passed over, so that a log may be
 * read from any byte on: at most its first record is then missing or short.
 */
export class LogReader {
  #rest: Uint8Array = new Uint8Array(0);

  /** The records that the piece completes, oldest first. */
  read(piece: Uint8Array): LogRecord[] {
    const records: LogRecord[] = [];
    let from = 0;
    // ends when no newline is left in the piece
    for (let end = piece.indexOf(NEWLINE); end !== -1; end = piece.indexOf(NEWLINE, from)) {
      const record = parseLogRecord(joined(this.#rest, piece.subarray(from, end)));
      this.#rest = new Uint8Array(0);
      if (record !== undefined) records.push(record);
      from = end + 1;
    }
    this.#rest = joined(this.#rest, piece.slice(from)); // a copy: the caller may use its buffer again
    return records;
  }
}

function headOf(at_ms: number, letter: string): Uint8Array {
  return ascii(`${Math.max(0, Math.round(at_ms))} ${letter} `);
}

function letterOf(record: LogRecord): string {
  if (record.kind === "cut") return "c";
  const letter = record.stream === "stdout" ? "o" : "e";
  return record.ends_line ? letter : letter.toUpperCase();
}

function digits(bytes: Uint8Array): number | undefined {
  if (bytes.length === 0 || bytes.length >= LONGEST_HEAD) return undefined;
  let value = 0;
  for (const byte of bytes) {
    if (byte < 0x30 || byte > 0x39) return undefined;
    value = value * 10 + byte - 0x30;
  }
  return value;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first, 0);
  whole.set(second, first.length);
  return whole;
}
