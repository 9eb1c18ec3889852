/*
 * Names, messages and logs are written by others: what a terminal would obey is made visible instead (`\x1b`).
 */

/**
 * Control characters (C0, DEL, C1), line and paragraph separators, marks that reorder text (Unicode TR 36, "bidi"
 * spoofing) and invisible spaces. Joiners stay: scripts and emoji need them.
 */
const UNSAFE =
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;

/** Text for one line of a terminal: whatever it holds, it moves no cursor, ends no line and turns no direction. */
export function sanitizeText(text: string): string {
  return text.toWellFormed().replaceAll(UNSAFE, visible);
}

function visible(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\t") return "\\t";
  if (character === "\r") return "\\r";
  const code = character.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}

/** A sequence that only sets colours and weights. */
const COLOUR = /^\u001b\[[\d;:]{0,60}m/; // oxlint-disable-line no-control-regex -- its first character
/** The beginning of one, at the end of a piece. */
const COLOUR_START = /\u001b(?:\[[\d;:]{0,60})?$/; // oxlint-disable-line no-control-regex -- as above

/** Makes the pieces of a log safe for a terminal, one after another. */
export type LogSanitizer = {
  /** The piece, with what the one before held back. */
  push(text: string): string;
  /** What is still held back, and an end to the colours that were begun. */
  end(): string;
};

/**
 * Lines and tabs stay, and with `keepColours` the sequences that set colours; a lone carriage return, with which a
 * line could be written over, begins a new line. Everything else that a terminal obeys is made visible.
 */
export function logSanitizer({ keepColours }: { keepColours: boolean }): LogSanitizer {
  let held = "";
  let isColoured = false;
  return {
    push(text) {
      const all = held + text;
      held = heldBack(all, keepColours);
      const { safe, hasColours } = cleanLog(all.slice(0, all.length - held.length), keepColours);
      isColoured ||= hasColours;
      return safe;
    },
    end() {
      const { safe } = cleanLog(held, false);
      held = "";
      return isColoured ? `${safe}\u001b[0m` : safe;
    },
  };
}

/** What may go on in the next piece: a carriage return before a newline, half a character, half a sequence. */
function heldBack(text: string, keepColours: boolean): string {
  const colour = keepColours ? COLOUR_START.exec(text)?.[0] : undefined;
  return colour ?? /(?:\r|[\ud800-\udbff])$/.exec(text)?.[0] ?? "";
}

function cleanLog(text: string, keepColours: boolean): { safe: string; hasColours: boolean } {
  let hasColours = false;
  const lines = text.replaceAll("\r\n", "\n").replaceAll("\r", "\n");
  const safe = lines.toWellFormed().replaceAll(UNSAFE, (character, offset: number) => {
    if (character === "\n" || character === "\t") return character;
    if (keepColours && COLOUR.test(lines.slice(offset, offset + 70))) {
      hasColours = true;
      return character;
    }
    return visible(character);
  });
  return { safe, hasColours };
}
