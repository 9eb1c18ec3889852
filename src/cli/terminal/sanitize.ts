import { UNSAFE_CHARACTERS, visibleCharacter } from "../../domain/sanitize-text.ts";

export { sanitizeText } from "../../domain/sanitize-text.ts";

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
  const safe = lines.toWellFormed().replaceAll(UNSAFE_CHARACTERS, (character, offset: number) => {
    if (character === "\n" || character === "\t") return character;
    if (keepColours && COLOUR.test(lines.slice(offset, offset + 70))) {
      hasColours = true;
      return character;
    }
    return visibleCharacter(character);
  });
  return { safe, hasColours };
}
