import { isNode, LineCounter, parseAllDocuments, type Document } from "yaml";
import { expandsBeyond } from "./expanded-size.ts";
import { firstUnread } from "./first-unread.ts";
import type { Place } from "./place.ts";
import type { Mistake, ParsedText } from "./read-text.ts";

/** What aliases may make of a text: as JSON, in characters. The server takes no larger body. */
const LARGEST_EXPANDED = 32 * 1024 ** 2;

/** YAML 1.2, one document or several, that says what JSON can say: other values, tags of one's own and bombs are refused. */
export function parseYaml(text: string): ParsedText | { ok: false; mistake: Mistake } {
  const lines = new LineCounter();
  const documents = documentsOf(text, lines);
  if (documents === undefined) return { ok: false, mistake: { what: UNREAD, reason: DEEP } };
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

const UNREAD = "YAML that is not read here";
const DEEP = "it is nested too deeply";

/** Undefined: it is nested more deeply than the parser, which calls itself, can follow. */
function documentsOf(text: string, lineCounter: LineCounter): Document[] | undefined {
  try {
    // that keys differ is looked at by `firstUnread`: the parser compares each with each, which takes minutes for many
    const parsed = parseAllDocuments(text, { lineCounter, prettyErrors: false, uniqueKeys: false });
    return "empty" in parsed ? [] : parsed.filter(({ contents, errors }) => contents !== null || errors.length > 0);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function valueOf(document: Document, lines: LineCounter): { value: unknown } | { mistake: Mistake } {
  const [error] = document.errors;
  if (error !== undefined) {
    const place = placeAt(error.pos[0], lines);
    const isDeep = error.message.startsWith("Maximum call stack"); // which the parser takes for a mistake of the text
    return {
      mistake: isDeep ? { place, what: UNREAD, reason: DEEP } : { place, what: "not YAML", reason: error.message },
    };
  }
  const { unread, firstAlias } = firstUnread(document);
  if (unread !== undefined) {
    const { offset, what = UNREAD, reason } = unread;
    return { mistake: { place: placeAt(offset, lines), what, reason } };
  }
  const refuse = (reason: string) => ({
    mistake: { place: placeAt(firstAlias ?? 0, lines), what: UNREAD, reason } as const,
  });
  try {
    const value: unknown = document.toJS({ maxAliasCount: 1000 });
    const isTooLarge = firstAlias !== undefined && expandsBeyond(value, LARGEST_EXPANDED);
    return isTooLarge ? refuse("its aliases make more than 32 MiB of it") : { value };
  } catch (thrown) {
    return refuse(thrown instanceof RangeError ? DEEP : (thrown as Error).message); // the library throws errors only
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
