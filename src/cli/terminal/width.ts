import { stripVTControlCharacters } from "node:util";

/** Two columns wide on a terminal: East Asian wide and fullwidth (Unicode TR 11), and emoji. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;
/** No column of its own. */
const ZERO = /^[\p{Mn}\p{Me}\p{Cf}]*$/u;
/** One column each, without a look at graphemes: ASCII, Latin, dashes, arrows, our own signs, blocks and braille. */
const PLAIN =
  /^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u2193\u2260-\u2265\u2500-\u25fc\u2713\u2715\u2800-\u28ff]*$/;

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** How many columns a text takes on a terminal; colour sequences take none. */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(stripVTControlCharacters(text))) width += graphemeWidth(segment);
  return width;
}

function graphemeWidth(segment: string): number {
  if (ZERO.test(segment)) return 0;
  return WIDE.test(segment) ? 2 : 1;
}

/** The text in at most so many columns, its end replaced by the sign for "and so on" where it is longer. Without colours. */
export function truncate(text: string, columns: number, ellipsis: string): string {
  if (displayWidth(text) <= columns) return text;
  let width = displayWidth(ellipsis);
  let kept = "";
  for (const { segment } of graphemes.segment(text)) {
    width += graphemeWidth(segment);
    if (width > columns) break;
    kept += segment;
  }
  return kept + ellipsis;
}

/** The text with spaces after it (or before it) up to so many columns. */
export function pad(text: string, columns: number, align: "left" | "right" = "left"): string {
  const spaces = " ".repeat(Math.max(0, columns - displayWidth(text)));
  return align === "right" ? spaces + text : text + spaces;
}
