import type { VNode } from "preact";
import type { LogLine } from "../../domain/log-line.ts";
import { formatBytes } from "../../domain/units.ts";
import { element as e } from "../element.ts";

/** A longer line is cut: nobody reads it, and a page must stay light. */
const MAX_LINE_CHARACTERS = 500;

/** Colours that a command may set, by the last digit of its code; the others are left as they are. */
const COLOURS: Record<string, string> = { 1: "red", 2: "green", 3: "yellow", 4: "blue", 5: "magenta" };

/** What stands before each line: its number as a link to it, and a time. */
export type LinePrefix = {
  href: (line: LogLine) => string;
  time?: (line: LogLine, before: LogLine | undefined) => string;
};

/** Lines of a log as elements. Colours become classes; every other control sequence is made visible. */
export function logLines(lines: readonly LogLine[], { href, time }: LinePrefix): VNode[] {
  return lines.map((line, index) => {
    const { number, stream } = line;
    const id = `L${number}`;
    return e(
      "span",
      { id, class: stream === "stderr" ? "stderr" : undefined, "data-key": id },
      // five hundred stops on the way through a page help nobody: lines are gone to by their number
      e("a", { href: href(line), tabIndex: -1 }, String(number)),
      time === undefined ? null : e("i", {}, `${time(line, lines[index - 1])} `),
      ...contentOf(line),
    );
  });
}

/** A line's text with its colours, without what stands before it. */
export function lineText(line: LogLine): VNode {
  return e("span", { class: line.stream === "stderr" ? "stderr" : undefined }, ...contentOf(line));
}

function contentOf({ stream, text, left_out }: LogLine): (VNode | string)[] {
  if (stream === "cut") return [e("b", { class: "yellow" }, `… ${formatBytes(left_out)} were not kept …`)];
  return coloured(cut(text, left_out));
}

function cut(text: string, leftOut: number): string {
  if (text.length <= MAX_LINE_CHARACTERS && leftOut === 0) return text;
  return `${text.slice(0, MAX_LINE_CHARACTERS)} … (${text.length + leftOut} characters)`;
}

/** Text between sequences that set colours and weight (`ESC [ … m`), each with what was set before it. */
function coloured(text: string): (VNode | string)[] {
  // oxlint-disable-next-line no-control-regex -- the sequences begin with one
  const pieces = text.replaceAll("\t", "    ").split(/\u001b\[([\d;:]{0,60})m/);
  let look: Look = {};
  return pieces.flatMap((piece, index) => {
    if (index % 2 === 1) look = lookAfter(look, piece);
    else if (piece !== "") return [lookOf(look, piece)];
    return [];
  });
}

type Look = { colour?: string; isBold?: boolean };

function lookAfter(look: Look, codes: string): Look {
  let after = look;
  for (const code of codes.split(";")) {
    if (code === "" || code === "0") after = {};
    else if (code === "1") after = { ...after, isBold: true };
    else if (/^[39][0-7]$/.test(code)) after = { ...after, colour: COLOURS[code[1]!] ?? "" };
    else if (code === "39") after = { ...after, colour: "" };
  }
  return after;
}

function lookOf({ colour = "", isBold = false }: Look, text: string): VNode | string {
  if (colour === "" && !isBold) return text;
  return e("b", { class: [colour, isBold ? "" : "plain"].filter(Boolean).join(" ") || undefined }, text);
}
