import { delimiterOf, readTable } from "./delimited.ts";
import { columnsAsked, keyReader } from "./key-source.ts";
import type { Line } from "./lines.ts";
import { SHORT_FIELDS } from "./own-fields.ts";
import { readRecord } from "./own-record.ts";
import { problem, type Collector, type Draft, type ImportOptions, type ImportProblem } from "./report.ts";

/** Reads JSON objects, one a line; or one document: a list of them, or a page of the API with its `items`. */
export function readJsonl(lines: readonly Line[], options: ImportOptions, into: Collector): void {
  const items = documentItems(lines);
  if (items === undefined) return readLines(lines, options, into);
  const line = lines[0]?.number ?? 1;
  for (const [index, item] of items.entries()) {
    const name = `item ${index + 1}`;
    if (isRecord(item)) take(line, readRecord(line, item, options, "jsonl", `${name}, `), into);
    else into.refuse(line, [problem(line, name, item, "an object")]);
  }
}

/** The records of a text that is one JSON document; undefined when it is one record a line. */
function documentItems(lines: readonly Line[]): unknown[] | undefined {
  const first = parseJson(lines[0]?.text ?? "");
  const isOverLines = first instanceof SyntaxError;
  const document = isOverLines ? parseJson(lines.map((line) => line.text).join("\n")) : first;
  if (Array.isArray(document)) return document;
  if (!isRecord(document)) return undefined;
  if (Array.isArray(document["items"])) return document["items"];
  return isOverLines ? [document] : undefined;
}

function readLines(lines: readonly Line[], options: ImportOptions, into: Collector): void {
  for (const line of lines) {
    const record = parseJson(line.text);
    if (isRecord(record)) take(line.number, readRecord(line.number, record, options, "jsonl"), into);
    else {
      const hint = line === lines.at(-1) ? "; it is the last line: the file may be cut off" : "";
      into.refuse(line.number, [problem(line.number, undefined, line.text, `one JSON object${hint}`)]);
    }
  }
}

/** Reads a table with a header in the names of the short form; the delimiter is a comma, a semicolon or a tab. */
export function readCsv(lines: readonly Line[], options: ImportOptions, into: Collector): void {
  const table = readTable(lines, delimiterOf(lines[0]?.text ?? "", [",", ";", "\t"]));
  if (table === undefined) return;
  const known = new Set([...SHORT_FIELDS, ...columnsAsked(options)]);
  const unknown = table.columns.filter((column) => !known.has(column));
  const key = keyReader(
    options,
    { task: { from: "task_name" }, subject: { value: "" }, context: { value: "" } },
    table.columns,
    table.line,
  );
  const problems = typeof key === "function" ? [] : key;
  if (unknown.length > 0) {
    problems.push(
      ...unknown.map((column) => problem(table.line, "header", column, `columns of ${SHORT_FIELDS.join(", ")}`)),
    );
  }
  if (problems.length > 0) into.refuse(table.line, problems);
  if (typeof key !== "function") return;
  const columns = table.columns.filter((column) => known.has(column));
  for (const row of table.rows) {
    if ("problem" in row) into.refuse(row.line, [row.problem]);
    else {
      const cells = columns.flatMap((column) => {
        const text = row.cell(column);
        return text === undefined ? [] : [[column, text] as const];
      });
      take(row.line, readRecord(row.line, Object.fromEntries(cells), options, "csv"), into);
    }
  }
}

function take(line: number, read: Draft | ImportProblem[], into: Collector): void {
  if (Array.isArray(read)) into.refuse(line, read);
  else into.add(line, read);
}

/** The value, or the error that says why it is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return error; // a bad line: its reader says so
    throw error;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Error);
}
