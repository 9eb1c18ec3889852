import { usageError } from "./failure.ts";

/**
 * The text of a `--json` document, with its last newline: indented for people at a terminal. `fields` is the
 * comma-separated list of `--json=FIELDS`, with dots for inner fields; it picks from `main`. What is not there is null.
 */
export function jsonText(document: object, main: unknown, fields: string | undefined, isIndented: boolean): string {
  const value =
    fields === undefined
      ? document
      : pick(
          main,
          fields.split(",").map((field) => field.trim()),
        );
  return `${JSON.stringify(value, undefined, isIndented ? 2 : undefined)}\n`;
}

function pick(main: unknown, fields: readonly string[]): unknown {
  const items = Array.isArray(main) ? main : [main];
  for (const field of fields) checkField(items, field);
  const picked = items.map((item) => Object.fromEntries(fields.map((field) => [field, valueAt(item, field) ?? null])));
  return Array.isArray(main) ? picked : picked[0];
}

/** A field that no item can have is a mistake; one that is only absent here is null. */
function checkField(items: readonly unknown[], field: string): void {
  const top = field.split(".", 1)[0]!; // split gives at least one part
  const known = new Set(items.flatMap((item) => (isObject(item) ? Object.keys(item) : [])));
  if (known.size === 0 || known.has(top)) return;
  throw usageError(`--json knows no field "${field}" here.`, `There are: ${[...known].sort().join(", ")}.`);
}

function valueAt(item: unknown, field: string): unknown {
  let value = item;
  for (const part of field.split(".")) value = isObject(value) ? value[part] : undefined;
  return value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
