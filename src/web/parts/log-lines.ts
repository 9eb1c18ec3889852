import type { VNode } from "preact";
import type { LogRecord } from "../../domain/log-record.ts";
import { element as e } from "../element.ts";

/** A longer line is cut: nobody reads it, and a page must stay light. */
const MAX_LINE_CHARACTERS = 500;

/** Colours that a command may set, by the last digit of its code; the others are left as they are. */
const COLOURS: Record<string, string> = { 1: "red", 2: "green", 3: "yellow", 4: "blue", 5: "magenta" };

/** Lines of a log as elements. Colours become classes; every other control sequence is made visible. */
export function logLines(records: readonly LogRecord[]): VNode[] {
  return joinParts(records).map(({ stream, text }) =>
    e("span", { class: stream === "stderr" ? "stderr" : undefined }, ...coloured(cut(lastWritten(text)))),
  );
}

type Line = { stream: "stdout" | "stderr" | "cut"; text: string };

/** Parts of a line that came one after another belong together. */
function joinParts(records: readonly LogRecord[]): Line[] {
  const lines: Line[] = [];
  const open = new Map<Line["stream"], string>();
  const decoder = new TextDecoder();
  for (const record of records) {
    if (record.kind === "cut") {
      lines.push({ stream: "cut", text: `… ${record.cut_bytes} bytes were not kept …` });
      continue;
    }
    const { stream } = record;
    const text = (open.get(stream) ?? "") + decoder.decode(record.bytes);
    open.delete(stream);
    if (record.ends_line) lines.push({ stream, text });
    else open.set(stream, text);
  }
  for (const [stream, text] of open) lines.push({ stream, text });
  return lines;
}

/** A progress bar writes its line again and again, each time from its beginning: what stood last is what one saw. */
function lastWritten(text: string): string {
  return text.replace(/\r+$/, "").split("\r").at(-1) ?? "";
}

function cut(text: string): string {
  return text.length <= MAX_LINE_CHARACTERS
    ? text
    : `${text.slice(0, MAX_LINE_CHARACTERS)} … (${text.length} characters)`;
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
