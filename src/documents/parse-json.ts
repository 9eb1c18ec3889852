import { placeAt, type Place } from "./place.ts";
import type { Mistake, ParsedText } from "./read-text.ts";

type Read = ParsedText | { ok: false; mistake: Mistake };

/** One JSON document. When places are asked for, it is read again as the YAML that it also is, which is slow, if it may be. */
export function parseJsonText(text: string, mayReadAgain: boolean): Read {
  const mistake = mistakeOf({ part: text, whole: text, offset: 0 });
  if (mistake !== undefined) return { ok: false, mistake };
  let asYaml: Promise<Read> | undefined;
  return {
    ok: true,
    documents: [JSON.parse(text)],
    placeOf: async (index, path) => {
      if (!mayReadAgain) return undefined;
      asYaml ??= import("./parse-yaml.ts").then(({ parseYaml }) => parseYaml(text));
      const read = await asYaml;
      return read.ok ? read.placeOf(index, path) : undefined;
    },
  };
}

/** One JSON document a line; empty lines are passed over. */
export function parseJsonLines(text: string): Read {
  const documents: unknown[] = [];
  const places: Place[] = [];
  let offset = 0;
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() !== "") {
      const mistake = mistakeOf({ part: line, whole: text, offset });
      if (mistake !== undefined) return { ok: false, mistake };
      documents.push(JSON.parse(line));
      places.push({ line: index + 1, column: 1 });
    }
    offset += line.length + 1;
  }
  return { ok: true, documents, placeOf: async (document) => places[document] };
}

function mistakeOf({ part, whole, offset }: { part: string; whole: string; offset: number }): Mistake | undefined {
  const error = jsonError(part);
  if (error === undefined) return undefined;
  const reason = error.replace(POSITION, "").replace(QUOTED, "");
  return { place: placeAt(whole, offset + errorOffset(part)), what: "not JSON", reason };
}

const POSITION = /(?: in JSON)? at position (\d+).*$/s;
/** V8 quotes what is around the mistake; the place says it better. */
const QUOTED = /, (\.\.\.)?"[^]*" is not valid JSON$/;

function jsonError(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Where the mistake is. V8 does not always tell, so it is searched for: the longest beginning of the text whose only
 * mistake is that it ends, found by halving.
 */
function errorOffset(text: string): number {
  let [good, bad] = [0, text.length + 1];
  // ends: the two come closer by at least one in each round
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isOnlyCut(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return good;
}

function isOnlyCut(beginning: string): boolean {
  const error = jsonError(beginning);
  if (error === undefined || error.startsWith("Unexpected end of JSON")) return true;
  const position = POSITION.exec(error)?.[1];
  return error.startsWith("Unterminated string") || Number(position ?? Number.NaN) >= beginning.length;
}
