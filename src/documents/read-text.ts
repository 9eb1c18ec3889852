import { parseJsonLines, parseJsonText } from "./parse-json.ts";
import type { Place } from "./place.ts";

/** Why a text is not read. */
export type Mistake = {
  /** Where in the text; missing where it is about the whole. */
  place?: Place | undefined;
  /** What the text is, after "this is" or "text that is". */
  what: "not JSON" | "not YAML" | "YAML that is not read here";
  /** Without a full stop. */
  reason: string;
};

/** What a parser gives: the documents in the text, and where they stand. */
export type ParsedText = {
  ok: true;
  /** Values of JSON, whatever they were written in. */
  documents: unknown[];
  /** The place of a path below a document, or of the nearest part that holds it. */
  placeOf(document: number, path: readonly (string | number)[]): Promise<Place | undefined>;
};

/** How a text can be written. */
export type Notation = "json" | "json lines" | "yaml";

/** Which texts are read, and how. */
export type ReadOptions = {
  /** Without one, it is read by what it looks like. */
  notation?: Notation | undefined;
  /** A longer text is not read as YAML, which takes seconds for a million characters; nor are places looked for in it. */
  mostYaml?: number;
};

/** Reads a text. JSON is read as JSON, because that is much faster than as YAML. */
export async function readText(
  text: string,
  { notation = likelyNotation(text), mostYaml = Infinity }: ReadOptions = {},
): Promise<ParsedText | { ok: false; mistake: Mistake }> {
  const isLong = text.length > mostYaml;
  if (notation === "json") return parseJsonText(text, !isLong);
  if (notation === "json lines") return parseJsonLines(text);
  if (isLong) {
    const reason = `it has ${text.length} characters, and at most ${mostYaml} are read; as JSON it may be longer`;
    return { ok: false, mistake: { what: "YAML that is not read here", reason } };
  }
  const { parseYaml } = await import("./parse-yaml.ts");
  return parseYaml(text);
}

/** What a text without a telling name is most likely written in. */
function likelyNotation(text: string): Notation {
  if (!/^\s*[{[]/.test(text)) return "yaml";
  return looksLikeLines(text) ? "json lines" : "json";
}

/** Several lines, each an object of its own. */
function looksLikeLines(text: string): boolean {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.length > 1 && lines.every((line) => /^\s*\{.*\}\s*$/.test(line));
}
