/** One line of a file, numbered from 1, without its end. */
export type Line = { number: number; text: string };

/** Why a text cannot be read at all; the sentence completes "the file …". */
export type Unreadable = { line: number; found: string; expected: string };

/** More than this share of characters that no text has: binary. */
const JUNK_SHARE = 0.05;
const PROBE_LENGTH = 65_536;

/** The lines of a text, whatever its line ends, without a byte order mark and without empty lines. */
export function linesOf(text: string): Line[] {
  const clean = text.startsWith("\ufeff") ? text.slice(1) : text;
  const lines: Line[] = [];
  for (const [index, line] of clean.split(/\r\n|\n|\r/).entries()) {
    if (line.trim() !== "") lines.push({ number: index + 1, text: line });
  }
  return lines;
}

/** True when the last line has no end: its last figure may be cut off. */
export function isCutOff(text: string): boolean {
  return text !== "" && !/[\r\n]$/.test(text);
}

/** Why the text is no text, or undefined. `text` is what a decoder of UTF-8 made of the file. */
export function unreadable(text: string): Unreadable | undefined {
  if (text.startsWith("\u001f")) return { line: 1, found: "compressed data", expected: "text: uncompress it first" };
  const probe = text.slice(0, PROBE_LENGTH);
  const nul = probe.indexOf("\u0000");
  if (nul >= 0) {
    const expected = "text in UTF-8 (a file of UTF-16 has such bytes: save it as UTF-8)";
    return { line: lineAt(probe, nul), found: "a zero byte", expected };
  }
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  const junk = [...probe.matchAll(/[\u0001-\u0008\u000e-\u001a\u001c-\u001f\ufffd]/g)];
  if (junk.length <= probe.length * JUNK_SHARE) return undefined;
  return { line: lineAt(probe, junk[0]?.index ?? 0), found: "binary data", expected: "text in UTF-8" };
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
