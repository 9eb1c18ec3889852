import { usageError } from "../failure.ts";
import { placeAt, type Place } from "./place.ts";
import type { ParsedText } from "./submission-file.ts";

const NEXT = "Nothing was submitted; mend the file and submit it again.";

/** One JSON document; `next`: what to do when it is none. When places are asked for, it is read again as the YAML that it also is, which is slow. */
export function parseJsonText(name: string, text: string, next = NEXT): ParsedText {
  const document = parseAt({ name, part: text, whole: text, offset: 0, next });
  let asYaml: Promise<ParsedText> | undefined;
  return {
    documents: [document],
    placeOf: async (index, path) => {
      asYaml ??= import("./parse-yaml.ts").then(({ parseYaml }) => parseYaml(name, text));
      return (await asYaml).placeOf(index, path);
    },
  };
}

/** One JSON document a line; empty lines are passed over. */
export function parseJsonLines(name: string, text: string): ParsedText {
  const documents: unknown[] = [];
  const places: Place[] = [];
  let offset = 0;
  for (const line of text.split("\n")) {
    if (line.trim() !== "") {
      documents.push(parseAt({ name, part: line, whole: text, offset, next: NEXT }));
      places.push({ line: placeAt(text, offset).line, column: 1 });
    }
    offset += line.length + 1;
  }
  return { documents, placeOf: async (document) => places[document] };
}

type Part = { name: string; part: string; whole: string; offset: number; next: string };

function parseAt({ name, part, whole, offset, next }: Part): unknown {
  const error = jsonError(part);
  if (error === undefined) return JSON.parse(part);
  const place = placeAt(whole, offset + errorOffset(part));
  throw usageError(
    `${name}:${place.line}:${place.column}: this is not JSON: ${error.replace(POSITION, "").replace(QUOTED, "")}.`,
    next,
  );
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
