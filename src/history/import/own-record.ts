import type { z } from "zod";
import { importedEntrySchema } from "../../contract/history-entries.ts";
import { validationErrors } from "../../contract/validation.ts";
import { assertNever } from "../../domain/assert-never.ts";
import { timestamp } from "../../domain/clock.ts";
import type { Outcome } from "../../domain/outcome.ts";
import { parseBytes, parseDuration } from "../../domain/units.ts";
import { figuresOf, resultOrError } from "./ending.ts";
import { columnsAsked, keyReader } from "./key-source.ts";
import { SHORT_FIELDS, shortForm, type ShortForm } from "./own-fields.ts";
import { problem, type Draft, type ImportOptions, type ImportProblem } from "./report.ts";
import { parseMoment, TIME_EXPECTED } from "./time-zone.ts";

const KEY_DEFAULTS = { task: { from: "task_name" }, subject: { from: "subject" }, context: { from: "context" } };

/** One record as an entry, or what is wrong with it. `place` stands before the fields' names in messages. */
export function readRecord(
  line: number,
  record: Record<string, unknown>,
  options: ImportOptions,
  origin: string,
  place = "",
): Draft | ImportProblem[] {
  const { id: _id, work_request_id: _request, run_id: _run, predicted: _predicted, ...rest } = record;
  if ("runtime_statistics" in record) return readLong(line, rest, place);
  const key = keyReader(options, KEY_DEFAULTS, [...new Set([...Object.keys(record), ...SHORT_FIELDS])], line);
  if (typeof key !== "function") return key;
  const given = withoutKeyColumns(record, options);
  const short = shortForm.safeParse(given);
  if (!short.success) return problemsOf(line, short.error, given, place);
  const outcome = outcomeOf(line, short.data);
  const moment = parseMoment(String(short.data.completed_at).trim(), options.time_zone ?? "UTC");
  const problems = [
    ...("message" in outcome ? [outcome] : []),
    ...(moment === undefined ? [problem(line, `${place}completed_at`, short.data.completed_at, TIME_EXPECTED)] : []),
  ];
  if ("message" in outcome || moment === undefined) return problems;
  const texts = key((column) => cellText(record[column]));
  return {
    ...texts,
    ...draftOf(short.data, outcome, options, record),
    completed_at: timestamp(moment),
    origin: short.data.origin ?? origin,
  };
}

function draftOf(short: ShortForm, outcome: Outcome, options: ImportOptions, record: Record<string, unknown>) {
  const { worker_name, cpu_model, trusted } = short;
  const figures = figuresOf(outcome, {
    duration_ms: short.duration === undefined ? undefined : short.duration * 1000,
    cpu_time_ms: short.cpu_time === undefined ? undefined : short.cpu_time * 1000,
    memory: short.memory,
    disk_space: short.disk_space,
  });
  const { available_memory, available_disk_space, cpu_count } = short;
  const from = options.input_size_from;
  const input_size = from === undefined ? short.input_size : parseBytes(cellText(record[from]) ?? "");
  return {
    task_type: short.task_type,
    result: short.result ?? resultOrError(outcome),
    outcome,
    ...figures,
    runtime_statistics: {
      ...figures.runtime_statistics,
      ...(available_memory !== undefined && { available_memory }),
      ...(available_disk_space !== undefined && { available_disk_space }),
      ...(cpu_count !== undefined && { cpu_count }),
    },
    ...(short.lower_bounds !== undefined && { lower_bounds: short.lower_bounds }),
    ...(worker_name !== undefined && { worker_name }),
    ...(cpu_model !== undefined && { cpu_model }),
    ...(input_size !== undefined && { input_size }),
    ...(trusted !== undefined && { trusted }),
  };
}

/** What a key can be made from: texts, numbers and truths. */
function cellText(value: unknown): string | undefined {
  return ["string", "number", "boolean"].includes(typeof value) ? String(value) : undefined;
}

/** Columns that only the key or the input's size is made from are no fields of the form. */
function withoutKeyColumns(record: Record<string, unknown>, options: ImportOptions): Record<string, unknown> {
  const used = columnsAsked(options);
  return Object.fromEntries(Object.entries(record).filter(([name]) => SHORT_FIELDS.includes(name) || !used.has(name)));
}

function readLong(line: number, record: Record<string, unknown>, place: string): Draft | ImportProblem[] {
  const long = importedEntrySchema.safeParse(record);
  return long.success ? long.data : problemsOf(line, long.error, record, place);
}

/** How the run ended, from the most exact field that tells. */
function outcomeOf(line: number, short: ShortForm): Outcome | ImportProblem {
  const { exit_code, signal, result } = short;
  const kind = short.outcome ?? impliedKind(short);
  const fallback = result === "failure" || result === "error" ? 1 : 0;
  switch (kind) {
    case "exited":
      return { kind, code: exit_code ?? fallback };
    case "signalled":
      return { kind, signal: (signal ?? "SIGKILL").slice(0, 20) };
    case "out_of_memory":
      return limited(line, kind, short, parseBytes, short.memory);
    case "out_of_disk":
      return limited(line, kind, short, parseBytes, short.disk_space);
    case "timed_out":
      return limited(line, kind, short, parseDuration, short.duration);
    case "outputs_missing":
      return { kind, globs: [] };
    case "start_failed":
      return { kind, errors: [] };
    case "worker_lost":
      return { kind };
    case "aborted":
      return problem(line, "outcome", kind, "a run that ended by itself: an aborted one says nothing of the work");
    default:
      return assertNever(kind);
  }
}

function impliedKind({ signal, exit_code, result }: ShortForm): "signalled" | "worker_lost" | "exited" {
  if (signal !== undefined) return "signalled";
  return exit_code === undefined && result === "error" ? "worker_lost" : "exited";
}

/** A death at a limit; without one, at what was used: the need was at least that. */
function limited(
  line: number,
  kind: "out_of_memory" | "out_of_disk" | "timed_out",
  short: ShortForm,
  parse: (text: string) => number | undefined,
  used: number | undefined,
): Outcome | ImportProblem {
  const limit = short.limit === undefined ? used : parse(String(short.limit));
  if (limit !== undefined) return { kind, limit };
  return problem(line, "limit", short.limit, `the limit that ended it, as the outcome is ${kind}`);
}

function problemsOf(line: number, error: z.ZodError, value: unknown, place: string): ImportProblem[] {
  return validationErrors(error, value).map((entry) => {
    const field = `${place}${String(entry["path"])}`;
    const path = `line ${line}, ${field}`;
    // the schemas of the API leave their wording of a wrong type to zod
    const worded = entry.message.replace(/expected Invalid (?:input|option): expected/, "expected");
    const message = worded.replace(String(entry["path"]), () => path);
    return Object.assign(entry, { message, path, line, field });
  });
}
