import { AppError, errorEntry } from "../../../contract/errors.ts";
import { problemOf } from "../../../contract/problem.ts";
import { parsePath, type Place } from "../../../documents/place.ts";
import { readText, type Mistake } from "../../../documents/read-text.ts";
import { submissionOf, type ReadSubmission } from "../../../documents/submission-of.ts";

type Entry = ReturnType<typeof errorEntry>;

/** Reading YAML takes its time, in which the server does nothing else: for so many characters, about half a second. */
const MOST_YAML = 100_000;

/** What a field for a submission holds. */
export type TypedSubmission = {
  /** What was read, unchecked; undefined where nothing could be. */
  value: unknown;
  /** Why nothing could be read, as entries of a problem. */
  errors: Entry[];
  /** Does something with what was typed; a refusal of it then says where in the text each part stands that it names. */
  place<Given>(act: () => Promise<Given>): Promise<Given>;
};

/** Reads a submission as the command line reads a file of unknown name: YAML, JSON or JSON Lines, of one request or more. */
export async function typedSubmission(text: unknown): Promise<TypedSubmission> {
  if (typeof text !== "string") return { value: undefined, errors: [], place: (act) => act() }; // its schema says that it is missing
  const read = await readText(text, { mostYaml: MOST_YAML });
  const submission = read.ok ? submissionOf(read) : { ok: false as const, found: foundOf(read.mistake) };
  if (!submission.ok) {
    const expected = "YAML or JSON: a work request, a list of them, or work_requests: with a list";
    const { found } = submission;
    return { value: undefined, errors: [wrong("submission", found, expected)], place: (act) => act() };
  }
  return { value: submission.body, errors: [], place: (act) => withPlaces(act, submission) };
}

/** What a field for JSON holds, or why it holds nothing, as an entry of a problem. */
export async function typedJson(
  path: string,
  text: unknown,
  expected: string,
): Promise<{ value: unknown; errors: Entry[] }> {
  if (typeof text !== "string") return { value: undefined, errors: [] }; // as above
  const read = await readText(text, { notation: "json", mostYaml: MOST_YAML });
  return read.ok
    ? { value: read.documents[0], errors: [] }
    : { value: undefined, errors: [wrong(path, foundOf(read.mistake), expected)] };
}

function wrong(path: string, found: string, expected: string): Entry {
  return errorEntry("invalid-value", { path, found, expected });
}

function foundOf({ place, what, reason }: Mistake): string {
  return `text that is ${what} (${place === undefined ? "" : `${placeText(place)}: `}${reason})`;
}

function placeText({ line, column }: Place): string {
  return `line ${line}, column ${column}`;
}

async function withPlaces<Given>(act: () => Promise<Given>, submission: ReadSubmission): Promise<Given> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const entries = problemOf(error).errors ?? [];
    if (entries.length === 0) throw error;
    const errors: typeof entries = [];
    for (const entry of entries) {
      const [first, ...more] = typeof entry["path"] === "string" ? parsePath(entry["path"]) : [];
      // a form calls what it submits so; other fields than that have no place
      const path = first === "submission" ? more : first === "work_requests" ? [first, ...more] : [];
      const place = path.length === 0 ? undefined : await submission.placeOf(path);
      errors.push(place === undefined ? entry : { ...entry, message: `${placeText(place)}: ${entry.message}` });
    }
    throw new AppError(error.code, { ...error.details, errors }, { cause: error });
  }
}
