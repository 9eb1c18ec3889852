import { usageError } from "../failure.ts";
import { placeAt, type Place } from "./place.ts";
import type { ParsedText } from "./submission-file.ts";

/** One JSON document. When places are asked for, it is read again as the YAML that it also is, which is slow. */
export function parseJsonText(name: string, text: string): ParsedText {
  const document = parseAt(name, text, text, 0);
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
      documents.push(parseAt(name, line, text, offset));
      places.push({ line: placeAt(text, offset).line, column: 1 });
    }
    offset += line.length + 1;
  }
  return { documents, placeOf: async (document) => places[document] };
}

function parseAt(name: string, part: string, whole: string, offset: number): unknown {
  try {
    return JSON.parse(part);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const position = /at position (\d+)/.exec(message)?.[1];
    const place = placeAt(whole, offset + (position === undefined ? part.length : Number(position)));
    const reason = message.replace(/ in JSON at position.*$/, "");
    throw usageError(
      `${name}:${place.line}:${place.column}: this is not JSON: ${reason}.`,
      "Nothing was submitted; mend the file and submit it again.",
    );
  }
}
