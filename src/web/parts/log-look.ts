/** How a piece of a log's line looks: a colour's class, and whether it is bold. */
export type Look = { colour?: string; isBold?: boolean };

/** Colours that a command may set, by their number, whose bits are red, green and blue; the others are left as they are. */
const COLOURS: readonly (string | undefined)[] = [undefined, "red", "green", "yellow", "blue", "magenta"];

/** Codes that are followed by a colour: of the text, of what is behind it, of its underline. */
const TEXT_COLOUR = 38;
const WITH_COLOUR: ReadonlySet<number> = new Set([TEXT_COLOUR, 48, 58]);

/**
 * What the codes of one sequence `ESC [ … m` make of a look: the basic colours and weight (ECMA-48, section 8.3.117), and of
 * 256 colours and all colours (ISO 8613-6, by semicolons or colons) the nearest basic one.
 */
export function lookAfter(look: Look, codes: string): Look {
  let after = look;
  const left = codes.split(";");
  // ends: each round takes a code away
  for (let code = left.shift(); code !== undefined; code = left.shift()) {
    const [first = "", ...parts] = code.split(":");
    const number = Number(first); // none is a 0
    if (!WITH_COLOUR.has(number)) {
      if (parts.length === 0) after = afterCode(after, number);
      continue;
    }
    const colour = parts.length > 0 ? withoutSpace(parts) : left.splice(0, argumentsOf(left[0]));
    if (number === TEXT_COLOUR) after = { ...after, colour: chosenColour(colour.map(Number)) };
  }
  return after;
}

function afterCode(look: Look, code: number): Look {
  if (code === 0) return {};
  if (code === 1) return { ...look, isBold: true };
  if (code === 22) return { ...look, isBold: false };
  if (code === 39) return { ...look, colour: "" };
  const isColour = (code >= 30 && code <= 37) || (code >= 90 && code <= 97);
  return isColour ? { ...look, colour: COLOURS[code % 10] ?? "" } : look;
}

/** How many codes belong to a colour, by the first of them: `5;N` of 256, `2;R;G;B` of all. */
function argumentsOf(kind: string | undefined): number {
  return kind === "5" ? 2 : kind === "2" ? 4 : 1;
}

/** Between colons a colour of all may name the space that it is in: `2:SPACE:R:G:B`. */
function withoutSpace(parts: readonly string[]): readonly string[] {
  return parts[0] === "2" && parts.length > 4 ? ["2", ...parts.slice(2)] : parts;
}

function chosenColour([kind, ...values]: readonly number[]): string {
  const [first = NaN, second = NaN, third = NaN] = values;
  if (kind === 2) return nearestColour(first, second, third);
  if (kind !== 5) return "";
  if (first < 16) return COLOURS[first % 8] ?? "";
  const cube = first - 16; // 6 × 6 × 6 colours; greys behind them
  return first < 232 ? nearestColour(Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6) : "";
}

/** The basic colour of those channels that are nearly as strong as the strongest; none for greys. */
function nearestColour(red: number, green: number, blue: number): string {
  const most = Math.max(red, green, blue);
  if (!(most - Math.min(red, green, blue) > most / 3)) return "";
  const bits = [red, green, blue].map((channel, bit) => (channel > 0.6 * most ? 2 ** bit : 0));
  return COLOURS[bits.reduce((sum, bit) => sum + bit, 0)] ?? "";
}
