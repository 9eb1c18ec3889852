import type { HistoryKey } from "../../domain/task.ts";
import { problem, type ImportOptions, type ImportProblem, type KeySource } from "./report.ts";

/** The parts of a key that a file gives. */
type KeyText = Pick<HistoryKey, "task_name" | "subject" | "context">;

/** What a format takes for each part of the key when nothing else is asked. */
export type KeyDefaults = { task: KeySource; subject: KeySource; context: KeySource };

/** Reads the key of one record, given the texts of its columns. */
export type KeyReader = (cell: (column: string) => string | undefined) => KeyText;

/**
 * How to read keys from a file with these columns, or why that cannot be: a column is asked for, for the key or for the
 * input's size, that is not there.
 */
export function keyReader(
  options: ImportOptions,
  defaults: KeyDefaults,
  columns: readonly string[],
  line: number,
): KeyReader | ImportProblem[] {
  const sources = {
    task: options.task ?? defaults.task,
    subject: options.subject ?? defaults.subject,
    context: options.context ?? defaults.context,
  };
  const asked = options.input_size_from === undefined ? {} : { "input size": { from: options.input_size_from } };
  const missing = Object.entries({ ...sources, ...asked }).flatMap(([part, source]) =>
    columnsOf(source)
      .filter((column) => !columns.includes(column))
      .map((column) => problem(line, `${part} from`, column, expectedColumns(columns))),
  );
  if (missing.length > 0) return missing;
  return (cell) => ({
    task_name: textOf(sources.task, cell),
    subject: textOf(sources.subject, cell),
    context: textOf(sources.context, cell),
  });
}

/** The columns that the options ask for. */
export function columnsAsked(options: ImportOptions): Set<string> {
  const sources = [options.task, options.subject, options.context].filter((source) => source !== undefined);
  const size = options.input_size_from === undefined ? [] : [options.input_size_from];
  return new Set([...sources.flatMap(columnsOf), ...size]);
}

const PLACE = /\{([^{}]+)\}/g;

function columnsOf(source: KeySource): string[] {
  if ("value" in source) return [];
  const places = [...source.from.matchAll(PLACE)].map((match) => match[1]!); // the group is not optional
  return places.length > 0 ? places : [source.from];
}

function textOf(source: KeySource, cell: (column: string) => string | undefined): string {
  if ("value" in source) return source.value;
  if (!source.from.includes("{")) return cell(source.from) ?? "";
  return source.from.replaceAll(PLACE, (_, column: string) => cell(column) ?? "");
}

function expectedColumns(columns: readonly string[]): string {
  return columns.length === 0 ? "a fixed name: this format has no columns" : `a column: ${columns.join(", ")}`;
}
