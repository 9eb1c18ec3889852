import { isNode, LineCounter, parseAllDocuments, type Document } from "yaml";
import { usageError } from "../failure.ts";
import type { Place } from "./place.ts";
import type { ParsedText } from "./submission-file.ts";

/** YAML 1.2: one document or several. */
export function parseYaml(name: string, text: string): ParsedText {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  const documents = "empty" in parsed ? [] : parsed.filter((document) => document.contents !== null);
  for (const document of documents) checkErrors(name, document, lines);
  return {
    documents: documents.map((document) => toValue(name, document)),
    placeOf: async (index, path) => {
      const document = documents[index];
      return document === undefined ? undefined : placeOf(document, path, lines);
    },
  };
}

function checkErrors(name: string, document: Document, lines: LineCounter): void {
  const [error] = document.errors;
  if (error === undefined) return;
  const { line, col } = lines.linePos(error.pos[0]);
  throw usageError(
    `${name}:${line}:${col}: this is not YAML: ${error.message}`,
    "Nothing was submitted; mend the file and submit it again.",
  );
}

function toValue(name: string, document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 1000 });
  } catch (error) {
    throw usageError(`${name}: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** The place of the part itself, else of the nearest part around it. */
function placeOf(document: Document, path: readonly (string | number)[], lines: LineCounter): Place | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (!isNode(node) || node.range === undefined || node.range === null) continue;
    const { line, col } = lines.linePos(node.range[0]);
    return { line, column: col };
  }
  return undefined;
}
