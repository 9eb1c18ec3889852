/*
 * How values cross into and out of the two engines, in one place. A column is known by its name, which
 * therefore means the same in every table.
 */

/** Columns that hold a JSON document: text in SQLite, `json` in PostgreSQL (not `jsonb`, which refuses \u0000). */
const JSON_COLUMNS: ReadonlySet<string> = new Set([
  "task_data",
  "requirements",
  "allocation",
  "aborted",
  "waiting",
  "output_data",
  "dependencies",
  "estimate",
  "placement",
  "outcome",
  "runtime_statistics",
  "measurement",
  "inputs",
  "outputs",
  "log",
  "capacity",
  "tags",
  "tasks",
  "lower_bounds",
  // `estimate_states.state`, which is read under this name: `runs.state` is plain text
  "estimate_state",
  "tally",
  "data",
  "layer_value",
  "verdict",
  "avoid_workers",
  "failure",
  "suspicion",
  "submission",
  "last_firing",
  "only_if",
  "last_call",
  "work_request_ids",
  "errors",
  "reactions",
  "payload",
  "error",
  "last_pass",
  "recent",
]);

/** Columns that SQLite keeps as 0 and 1. */
const BOOLEAN_COLUMNS: ReadonlySet<string> = new Set([
  "allow_failure",
  "trusted",
  "drain",
  "wants_work",
  "is_stored",
  "is_removing",
  "is_paused",
  "has_older_runs",
]);

/** A value as it is given to an engine: objects and lists become JSON text. */
export function encodeParameter(value: unknown): unknown {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : value;
}

/** As `encodeParameter`, and as SQLite wants the rest. */
export function encodeSqliteParameter(value: unknown): string | number | bigint | null {
  switch (typeof value) {
    case "boolean":
      return value ? 1 : 0;
    case "string":
    case "number":
    case "bigint":
      return value;
    case "object":
      return value === null ? null : JSON.stringify(value);
    default:
      throw new TypeError(`a ${typeof value} cannot be stored`);
  }
}

/** Turns a value that was read into what the records hold; undefined when it is right as it is. */
export function columnDecoder(column: string): ((value: unknown) => unknown) | undefined {
  if (JSON_COLUMNS.has(column)) return parseJson;
  return BOOLEAN_COLUMNS.has(column) ? toBoolean : undefined;
}

/** Decodes the columns of rows that are objects, in place. */
export function decodeRows(rows: readonly Record<string, unknown>[]): void {
  const first = rows[0];
  if (first === undefined) return;
  for (const column of Object.keys(first)) {
    const decode = columnDecoder(column);
    if (decode === undefined) continue;
    for (const row of rows) row[column] = decode(row[column]);
  }
}

function parseJson(value: unknown): unknown {
  return typeof value === "string" ? JSON.parse(value) : value;
}

function toBoolean(value: unknown): unknown {
  return typeof value === "number" ? value !== 0 : value;
}
