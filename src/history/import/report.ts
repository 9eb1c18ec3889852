import { errorEntry } from "../../contract/errors.ts";
import { importedEntrySchema, type ImportedEntry } from "../../contract/history-entries.ts";
import { describeValue, valueAt } from "../../contract/validation.ts";
import type { Timestamp } from "../../domain/clock.ts";

/** Where a part of the history's key comes from: a fixed text, or a column, or a template like `{process}/{tag}`. */
export type KeySource = { value: string } | { from: string };

/** How to read a file; each format's file documents its defaults. */
export type ImportOptions = {
  task?: KeySource;
  subject?: KeySource;
  context?: KeySource;
  /** The column that holds the size of a run's input (nextflow, sacct, csv). */
  input_size_from?: string;
  /** For times that name no zone: an IANA name or an offset like `+02:00`; default UTC. */
  time_zone?: string;
  /** When the (last) run ended, for formats that do not say: the file's own time. */
  completed_at?: Timestamp;
  /** False: the entries do not train shared estimates; default true. */
  trusted?: boolean;
};

/** What is wrong with one line: an `errors` entry whose message names the line, the field, what was found and expected. */
export type ImportProblem = ReturnType<typeof errorEntry> & { line: number; field?: string };

/** What came out of a file. Every line is an entry, or part of one, or in `bad_lines`, or in `skipped`. */
export type ImportReport = {
  entries: ImportedEntry[];
  /** At most 1,000; one line may have several. */
  problems: ImportProblem[];
  /** How many lines (or records) were refused. */
  bad_lines: number;
  /** Records left out on purpose. */
  skipped: { reason: string; count: number }[];
  /** What the reader should know of the figures. */
  notes: string[];
};

/** The format's own name for where its entries came from, and whether to trust them. */
export type Draft = Omit<ImportedEntry, "task_type" | "trusted">;

const MAX_PROBLEMS = 1000;

/** Gathers a report while a file is read. */
export type Collector = {
  /** Takes an entry, or refuses its line when a schema of the API would refuse it. */
  add(line: number, draft: Draft | ImportedEntry): void;
  /** Counts a line as refused, for the reasons given. */
  refuse(line: number, problems: readonly ImportProblem[]): void;
  skip(reason: string): void;
  note(text: string): void;
  report(): ImportReport;
};

/** An empty report to gather into. */
export function collector(options: ImportOptions): Collector {
  const report: ImportReport = { entries: [], problems: [], bad_lines: 0, skipped: [], notes: [] };
  const skipped = new Map<string, number>();
  const refuse = (_line: number, problems: readonly ImportProblem[]): void => {
    report.bad_lines += 1;
    report.problems.push(...problems.slice(0, MAX_PROBLEMS - report.problems.length));
  };
  return {
    refuse,
    add(line, draft) {
      const entry: ImportedEntry = { task_type: "worker", trusted: options.trusted ?? true, ...draft };
      const problems = entryProblems(line, entry);
      if (problems.length > 0) refuse(line, problems);
      else report.entries.push(entry);
    },
    skip: (reason) => skipped.set(reason, (skipped.get(reason) ?? 0) + 1),
    note(text) {
      if (!report.notes.includes(text)) report.notes.push(text);
    },
    report: () => ({ ...report, skipped: [...skipped].map(([reason, count]) => ({ reason, count })) }),
  };
}

/** `line 12, peak_rss: found "abc", expected bytes.`; without a field the line itself is wrong. */
export function problem(line: number, field: string | undefined, found: unknown, expected: string): ImportProblem {
  const path = field === undefined ? `line ${line}` : `line ${line}, ${field}`;
  return {
    ...errorEntry("invalid-value", { path, found: describeValue(found), expected }),
    line,
    ...(field !== undefined && { field }),
  };
}

/** What the API would refuse of an entry: names that are too long, figures out of range. */
function entryProblems(line: number, entry: ImportedEntry): ImportProblem[] {
  const issues = importedEntrySchema.safeParse(entry).error?.issues ?? [];
  return issues.map(({ path, message }) => problem(line, path.join("."), valueAt(entry, path), message));
}
