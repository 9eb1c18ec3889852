/*
 * Names, messages and logs are written by others: what a terminal or a reader would be led astray by is made visible
 * instead (`\x1b`).
 */

/**
 * Control characters (C0, DEL, C1), line and paragraph separators, marks that reorder text (Unicode TR 36, "bidi"
 * spoofing) and invisible spaces. Joiners stay: scripts and emoji need them.
 */
export const UNSAFE_CHARACTERS =
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;

/** Text for one line: whatever it holds, it moves no cursor, ends no line and turns no direction. */
export function sanitizeText(text: string): string {
  return text.toWellFormed().replaceAll(UNSAFE_CHARACTERS, visibleCharacter);
}

/** One such character as people can see it: `\n`, `\x1b`, `\u202e`. */
export function visibleCharacter(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\t") return "\\t";
  if (character === "\r") return "\\r";
  const code = character.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}
