import { AppError, errorEntry } from "../../../contract/errors.ts";
import { problemOf } from "../../../contract/problem.ts";
import type { WrongField } from "../../../web/parts/record-form.ts";

/** A text field that holds JSON: what it holds, or why it holds nothing, as an entry of a problem. */
export function jsonOf(
  path: string,
  text: unknown,
  expected: string,
): { value: unknown; errors: ReturnType<typeof errorEntry>[] } {
  if (typeof text !== "string") return { value: undefined, errors: [] }; // that it is missing is told by its schema
  try {
    return { value: JSON.parse(text), errors: [] };
  } catch (error) {
    const found = `text that is not JSON (${error instanceof Error ? error.message : String(error)})`;
    return { value: undefined, errors: [errorEntry("invalid-value", { path, found, expected })] };
  }
}

/**
 * What is wrong with a form, by its fields: those given by name, and `rest`, to which all else belongs that names a place
 * at all. Anything but a refusal is thrown on.
 */
export function wrongFields(error: unknown, names: readonly string[], rest: string): WrongField[] {
  if (!(error instanceof AppError) || problemOf(error).status >= 500) throw error;
  const { errors, detail } = problemOf(error);
  if (errors === undefined) return [{ field: "", message: detail }];
  return errors.map(({ message, path }) => {
    const start = typeof path === "string" ? (/^\w+/.exec(path)?.[0] ?? "") : "";
    return { field: names.includes(start) ? start : rest, message };
  });
}
