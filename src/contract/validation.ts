import type { z } from "zod";
import { AppError, errorEntry, type ErrorCode } from "./errors.ts";

type Entry = ReturnType<typeof errorEntry>;

/** Parses with a schema, or throws the given code with one `errors` entry for each thing that is wrong. */
export function parseOrThrow<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  code: "invalid-submission" | "invalid-request",
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = validationErrors(parsed.error, value);
  throw new AppError(code, { summary: summaryOf(errors), errors });
}

/** The refusal of a call for the reasons listed. */
export function summaryOf(errors: readonly Entry[]): string {
  const first = errors[0]?.message ?? "";
  return errors.length <= 1 ? first : `${first} (and ${errors.length - 1} more)`;
}

/** One entry for each issue: the place, the value found there and what was expected. */
export function validationErrors(
  error: z.ZodError,
  value: unknown,
  prefix: readonly PropertyKey[] = [],
  code: ErrorCode = "invalid-value",
): Entry[] {
  return error.issues.slice(0, 50).flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) =>
        errorEntry("unknown-field", { path: formatPath([...prefix, ...issue.path, key]), suggestion: "" }),
      );
    }
    const path = formatPath([...prefix, ...issue.path]);
    if (issue.code === "invalid_key") {
      // the name of the field is what is wrong, not what it holds
      const found = describeValue(issue.path.at(-1));
      return [errorEntry(code, { path, found, expected: issue.issues[0]?.message ?? issue.message })];
    }
    return [
      errorEntry(code, { path, found: describeValue(valueAt(value, issue.path)), expected: expectedBy(issue.message) }),
    ];
  });
}

/** Schemas without words of their own say `Invalid input: expected string, received number`: only the middle is needed. */
function expectedBy(message: string): string {
  return /^(?:Invalid \w+|Too \w+): expected (.+?)(?:, received .+)?$/.exec(message)?.[1] ?? message;
}

/** `work_requests[3].requirements.memory`; `(the whole)` for the root. */
export function formatPath(path: readonly PropertyKey[]): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else text += text === "" ? String(part) : `.${String(part)}`;
  }
  return text === "" ? "(the whole)" : shorten(text, 200);
}

/** A value for a message: short, quoted, and never the whole of a large one. */
export function describeValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value === "string" && value.length > 80) {
    return `${JSON.stringify(value.slice(0, 60))}… (${value.length} characters)`;
  }
  return shorten(JSON.stringify(value) ?? `a ${typeof value}`, 120);
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** What stands at a path in a value; undefined where there is nothing. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== "object" || current === null) return undefined;
    current = (current as Record<PropertyKey, unknown>)[part]; // an object or list: any key may be asked for
  }
  return current;
}
