import { readFileSync } from "node:fs";
import { text as readStream } from "node:stream/consumers";
import type { Cli } from "../cli.ts";
import { usageError } from "../failure.ts";
import { parseJsonLines, parseJsonText } from "./parse-json.ts";
import type { Place } from "./place.ts";

/** A submission read from a file, and where in it each part stands. */
export type SubmissionFile = {
  /** As given; `standard input` for `-`. */
  name: string;
  /** What is sent; nothing of it has been checked but its form. */
  body: { work_requests: unknown[]; [field: string]: unknown };
  /** The place of a path such as `["work_requests", 3, "task_name"]`, or of the nearest part that holds it. */
  placeOf(path: readonly (string | number)[]): Promise<Place | undefined>;
};

/** What a parser gives: the documents in the text, and where they stand. */
export type ParsedText = {
  documents: unknown[];
  /** The place of a path below a document. */
  placeOf(document: number, path: readonly (string | number)[]): Promise<Place | undefined>;
};

/** Reads one request, a list, or `{ work_requests: […] }` from a file or, for `-`, from standard input. */
export async function readSubmissionFile(path: string, cli: Cli): Promise<SubmissionFile> {
  const { name, text } = await readGiven(path, cli, "submit");
  return fromParsed(name, await parse(name, text));
}

/** Reads one JSON document, whatever it holds, from a file or, for `-`, from standard input. */
export async function readJsonFile(path: string, cli: Cli): Promise<unknown> {
  const { name, text } = await readGiven(path, cli, "send");
  return parseJsonText(name, text, "Nothing was sent; mend the file and try again.").documents[0];
}

async function readGiven(path: string, cli: Cli, verb: string): Promise<{ name: string; text: string }> {
  const name = path === "-" ? "standard input" : path;
  const text = path === "-" ? await readStream(cli.stdin) : readText(path);
  if (text.trim() === "") throw usageError(`${name} is empty: there is nothing to ${verb}.`);
  return { name, text };
}

function readText(path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    if (error instanceof TypeError) throw usageError(`${path} is not text in UTF-8.`);
    const reason = error instanceof Error ? error.message : String(error);
    throw usageError(`${path} cannot be read: ${reason}.`);
  }
}

/** By the file's name; else by what it looks like. JSON is read as JSON first, because that is much faster than as YAML. */
async function parse(name: string, text: string): Promise<ParsedText> {
  if (/\.(jsonl|ndjson)$/i.test(name)) return parseJsonLines(name, text);
  if (/\.json$/i.test(name)) return parseJsonText(name, text);
  if (!/\.ya?ml$/i.test(name) && /^\s*[{[]/.test(text)) {
    return looksLikeLines(text) ? parseJsonLines(name, text) : parseJsonText(name, text);
  }
  const { parseYaml } = await import("./parse-yaml.ts");
  return parseYaml(name, text);
}

/** Several lines, each an object of its own. */
function looksLikeLines(text: string): boolean {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.length > 1 && lines.every((line) => /^\s*\{.*\}\s*$/.test(line));
}

function fromParsed(name: string, parsed: ParsedText): SubmissionFile {
  const [first] = parsed.documents;
  if (parsed.documents.length > 1) {
    return {
      name,
      body: { work_requests: parsed.documents },
      placeOf: async ([, index, ...rest]) => (typeof index === "number" ? parsed.placeOf(index, rest) : undefined),
    };
  }
  if (Array.isArray(first)) {
    return { name, body: { work_requests: first }, placeOf: ([, ...rest]) => parsed.placeOf(0, rest) };
  }
  if (typeof first !== "object" || first === null) {
    throw usageError(`${name} holds no work request: it is ${first === null ? "nothing" : `a ${typeof first}`}.`);
  }
  if ("work_requests" in first && Array.isArray(first.work_requests)) {
    const body = { ...first, work_requests: first.work_requests as unknown[] }; // the server looks at its items
    return { name, body, placeOf: (path) => parsed.placeOf(0, path) };
  }
  return { name, body: { work_requests: [first] }, placeOf: ([, , ...rest]) => parsed.placeOf(0, rest) };
}
