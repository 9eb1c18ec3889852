import { errorEntry } from "../contract/errors.ts";
import { context, subject, taskName } from "../contract/names.ts";
import { describeValue } from "../contract/validation.ts";
import { TASK_TYPES, type HistoryKey, type TaskType } from "../domain/task.ts";

/** What may be asked for by name: `entry` the newest, `success` the newest success, `failure` the newest failure or error. */
export const LOOKUP_KINDS = ["entry", "success", "failure"] as const;
type LookupKind = (typeof LOOKUP_KINDS)[number];

/** One entry of the history, meant by its place and not by its number. */
export type LookupName = { which: LookupKind; key: HistoryKey };

/** Why a text is no such name: entries for an `errors` list. */
export type LookupErrors = ReturnType<typeof errorEntry>[];

const FORM = "last-entry:, last-success: or last-failure: followed by TYPE:NAME:SUBJECT:CONTEXT, each part URL-quoted";

/**
 * `last-success:worker:build:gcc:bookworm%2Famd64`. The parts are quoted as `encodeURIComponent` does, so that
 * they may hold `:` and `/`. Half a surrogate pair, which no UTF-8 can carry, becomes U+FFFD.
 */
export function formatLookupName(lookup: LookupName): string {
  const { task_type, task_name, subject: subjectText, context: contextText } = lookup.key;
  const parts = [task_type, task_name, subjectText, contextText].map((part) => encodeURIComponent(part.toWellFormed()));
  return [`last-${lookup.which}`, ...parts].join(":");
}

/** The lookup that a name means, or one `errors` entry for each thing that is wrong with it. */
export function parseLookupName(text: string): { ok: true; lookup: LookupName } | { ok: false; errors: LookupErrors } {
  const parts = text.split(":");
  if (parts.length !== 5) return { ok: false, errors: [wrong("name", text, `${FORM}; it has ${parts.length} of 5`)] };
  const [whichText, ...quoted] = parts;
  const errors: LookupErrors = [];
  const which = LOOKUP_KINDS.find((kind) => whichText === `last-${kind}`);
  if (which === undefined) errors.push(wrong("name", whichText, "last-entry, last-success or last-failure"));
  const [typeText, task_name, subjectText, contextText] = PARTS.map((part, index) =>
    parsePart(part, quoted[index]!, errors),
  );
  const task_type = TASK_TYPES.find((type) => type === typeText);
  if (errors.length > 0 || which === undefined || task_type === undefined) return { ok: false, errors };
  // without an error every part has its text
  return { ok: true, lookup: { which, key: keyOf(task_type, task_name!, subjectText!, contextText!) } };
}

type Part = { name: keyof HistoryKey; problem: (value: string) => string | undefined };

const PARTS: Part[] = [
  {
    name: "task_type",
    problem: (value) => (TASK_TYPES.some((type) => type === value) ? undefined : `one of ${TASK_TYPES.join(", ")}`),
  },
  { name: "task_name", problem: (value) => taskName.safeParse(value).error?.issues[0]?.message },
  { name: "subject", problem: (value) => subject.safeParse(value).error?.issues[0]?.message },
  { name: "context", problem: (value) => context.safeParse(value).error?.issues[0]?.message },
];

function parsePart(part: Part, quoted: string, errors: LookupErrors): string | undefined {
  const value = unquote(quoted);
  const expected = value === undefined ? "URL-quoted text, where % is followed by two hex digits" : part.problem(value);
  if (expected === undefined) return value;
  errors.push(wrong(part.name, value ?? quoted, expected));
  return undefined;
}

function unquote(quoted: string): string | undefined {
  try {
    return decodeURIComponent(quoted);
  } catch (error) {
    if (error instanceof URIError) return undefined; // badly quoted: the caller says so
    throw error;
  }
}

function keyOf(task_type: TaskType, task_name: string, subjectText: string, contextText: string): HistoryKey {
  return { task_type, task_name, subject: subjectText, context: contextText };
}

function wrong(path: string, found: unknown, expected: string): LookupErrors[number] {
  return errorEntry("invalid-value", { path, found: describeValue(found), expected });
}
