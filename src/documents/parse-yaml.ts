import { isNode, LineCounter, parseAllDocuments, type Document } from "yaml";
import type { Place } from "./place.ts";
import type { Mistake, ParsedText } from "./read-text.ts";

/** YAML 1.2: one document or several. */
export function parseYaml(text: string): ParsedText | { ok: false; mistake: Mistake } {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false });
  const documents = "empty" in parsed ? [] : parsed.filter((document) => document.contents !== null);
  const values: unknown[] = [];
  for (const document of documents) {
    const read = valueOf(document, lines);
    if ("mistake" in read) return { ok: false, mistake: read.mistake };
    values.push(read.value);
  }
  return {
    ok: true,
    documents: values,
    placeOf: async (index, path) => {
      const document = documents[index];
      return document === undefined ? undefined : placeOf(document, path, lines);
    },
  };
}

function valueOf(document: Document, lines: LineCounter): { value: unknown } | { mistake: Mistake } {
  const [error] = document.errors;
  if (error !== undefined) {
    return { mistake: { place: placeAt(error.pos[0], lines), what: "not YAML", reason: error.message } };
  }
  try {
    return { value: document.toJS({ maxAliasCount: 1000 }) };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return { mistake: { what: "YAML that is not read here", reason } };
  }
}

function placeAt(offset: number, lines: LineCounter): Place {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/** The place of the part itself, else of the nearest part around it. */
function placeOf(document: Document, path: readonly (string | number)[], lines: LineCounter): Place | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (!isNode(node) || node.range === undefined || node.range === null) continue;
    return placeAt(node.range[0], lines);
  }
  return undefined;
}
