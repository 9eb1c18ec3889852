import { readFileSync } from "node:fs";
import { text as readStream } from "node:stream/consumers";
import type { Cli } from "../cli.ts";
import { readText, type Notation, type ParsedText } from "../../documents/read-text.ts";
import { submissionOf, type ReadSubmission } from "../../documents/submission-of.ts";
import { usageError } from "../failure.ts";

/** A submission read from a file, and where in it each part stands. */
export type SubmissionFile = Omit<ReadSubmission, "ok"> & {
  /** As given; `standard input` for `-`. */
  name: string;
};

/** Reads one request, a list, or `{ work_requests: […] }` from a file or, for `-`, from standard input. */
export async function readSubmissionFile(path: string, cli: Cli): Promise<SubmissionFile> {
  const { name, text } = await readGiven(path, cli, "submit");
  const parsed = await parse(name, text, "Nothing was submitted; mend the file and submit it again.");
  const submission = submissionOf(parsed);
  if (!submission.ok) throw usageError(`${name} holds no work request: it is ${submission.found}.`);
  return { name, ...submission };
}

/** Reads one JSON document, whatever it holds, from a file or, for `-`, from standard input. */
export async function readJsonFile(path: string, cli: Cli): Promise<unknown> {
  const { name, text } = await readGiven(path, cli, "send");
  return (await parse(name, text, "Nothing was sent; mend the file and try again.", "json")).documents[0];
}

async function readGiven(path: string, cli: Cli, verb: string): Promise<{ name: string; text: string }> {
  const name = path === "-" ? "standard input" : path;
  const text = path === "-" ? await readStream(cli.stdin) : decodeFile(path);
  if (text.trim() === "") throw usageError(`${name} is empty: there is nothing to ${verb}.`);
  return { name, text };
}

function decodeFile(path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    if (error instanceof TypeError) throw usageError(`${path} is not text in UTF-8.`);
    const reason = error instanceof Error ? error.message : String(error);
    throw usageError(`${path} cannot be read: ${reason}.`);
  }
}

/** In the notation that the file's name tells; else in the one that it looks like. */
async function parse(name: string, text: string, next: string, notation = notationOf(name)): Promise<ParsedText> {
  const read = await readText(text, { notation });
  if (read.ok) return read;
  const { place, what, reason } = read.mistake;
  throw usageError(
    `${name}${place === undefined ? "" : `:${place.line}:${place.column}`}: this is ${what}: ${reason}.`,
    next,
  );
}

function notationOf(name: string): Notation | undefined {
  if (/\.(jsonl|ndjson)$/i.test(name)) return "json lines";
  if (/\.json$/i.test(name)) return "json";
  return /\.ya?ml$/i.test(name) ? "yaml" : undefined;
}
