import type { VNode } from "preact";
import type { LogLine } from "../../domain/log-line.ts";
import { beginsSection, endsSection } from "../../domain/section-line.ts";
import { formatBytes } from "../../domain/units.ts";
import { element as e } from "../element.ts";
import { lookAfter, type Look } from "./log-look.ts";

/** A longer line is cut: nobody reads it, and a page must stay light. */
const MAX_LINE_CHARACTERS = 500;

/** What stands before each line: its number as a link to it, and a time. */
export type LinePrefix = {
  href: (line: LogLine) => string;
  time?: (line: LogLine, before: LogLine | undefined) => string;
};

/** Lines of a log as elements. Colours become classes; every other control sequence that does something is made visible. */
export function logLines(lines: readonly LogLine[], { href, time }: LinePrefix): VNode[] {
  return lines.map((line, index) => {
    const { number, stream } = line;
    const id = `L${number}`;
    return e(
      "span",
      { id, class: stream === "stderr" ? "stderr" : undefined, "data-key": id, "data-section": markOf(line) },
      // five hundred stops on the way through a page help nobody: lines are gone to by their number
      e("a", { href: href(line), tabIndex: -1 }, String(number)),
      time === undefined ? null : e("i", {}, `${time(line, lines[index - 1])} `),
      ...contentOf(line),
    );
  });
}

/** Where the part of a log begins or ends that can be folded up. */
function markOf({ stream, text }: LogLine): "begin" | "end" | undefined {
  if (stream === "cut") return undefined;
  return beginsSection(text) ? "begin" : endsSection(text) ? "end" : undefined;
}

/** A line's text with its colours, without what stands before it. */
export function lineText(line: LogLine): VNode {
  return e("span", { class: line.stream === "stderr" ? "stderr" : undefined }, ...contentOf(line));
}

function contentOf({ stream, text, left_out }: LogLine): (VNode | string)[] {
  if (stream === "cut") return [e("b", { class: "yellow" }, `… ${formatBytes(left_out)} were not kept …`)];
  const kept = cut(text);
  const missing = text.length - kept.length + left_out;
  return [...coloured(kept), ...(missing > 0 ? [` … (${text.length + left_out} characters)`] : [])];
}

/** The beginning of a long line; it ends in no half of a character or of a sequence. */
function cut(text: string): string {
  if (text.length <= MAX_LINE_CHARACTERS) return text;
  // oxlint-disable-next-line no-control-regex -- the sequences begin with one
  return text.slice(0, MAX_LINE_CHARACTERS).replace(/(?:[\ud800-\udbff]|\u001b(?:\[[\d;:]*)?)$/, "");
}

/** What a terminal shows nothing of: erasing where nothing stands yet (compilers write it), and going back to ASCII (`tput`). */
// oxlint-disable-next-line no-control-regex -- the sequences begin with one
const WITHOUT_EFFECT = /\u001b(?:\[0?K|\(B)/g;

/** Text between sequences that set colours and weight (`ESC [ … m`), each with what was set before it. */
function coloured(text: string): (VNode | string)[] {
  const plain = text.replaceAll("\t", "    ").replaceAll(WITHOUT_EFFECT, "");
  // oxlint-disable-next-line no-control-regex -- the sequences begin with one
  const pieces = plain.split(/\u001b\[([\d;:]{0,60})m/);
  let look: Look = {};
  return pieces.flatMap((piece, index) => {
    if (index % 2 === 1) look = lookAfter(look, piece);
    else if (piece !== "") return [lookOf(look, piece)];
    return [];
  });
}

function lookOf({ colour = "", isBold = false }: Look, text: string): VNode | string {
  if (colour === "" && !isBold) return text;
  return e("b", { class: [colour, isBold ? "" : "plain"].filter(Boolean).join(" ") || undefined }, text);
}
