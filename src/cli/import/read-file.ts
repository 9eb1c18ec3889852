import { readFileSync, statSync } from "node:fs";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { timestamp } from "../../domain/clock.ts";
import { detectFormat, IMPORT_FORMATS, type ImportFormat } from "../../history/import/format.ts";
import { parseImport } from "../../history/import/import.ts";
import type { ImportOptions, ImportReport, KeySource } from "../../history/import/report.ts";
import { isTimeZone } from "../../history/import/time-zone.ts";
import type { Cli } from "../cli.ts";
import { usageError } from "../failure.ts";

/** The options that say how files are read. */
export type ReadOptions = {
  format?: ImportFormat;
  task?: string;
  taskFrom?: string;
  subject?: string;
  subjectFrom?: string;
  context?: string;
  contextFrom?: string;
  inputSizeFrom?: string;
  timeZone?: string;
  /** `--no-trusted` makes it false. */
  trusted?: boolean;
};

/** What came out of one file. */
export type FileReport = ImportReport & { file: string; format: ImportFormat };

/** A file's text, and what is known of the file. */
export type TextFile = { name: string; text: string; changedAtMs: number };

/** Reads a file, `-` for standard input, and unpacks it if need be. */
export async function readText(cli: Cli, file: string): Promise<TextFile> {
  const name = file === "-" ? "standard input" : file;
  const { bytes, changedAtMs } = await readBytes(cli, file);
  return { name, text: new TextDecoder().decode(unpacked(name, bytes)), changedAtMs };
}

/** Reads history; what is wrong with its lines is in the report. */
export function readImportFile(options: ReadOptions, { name, text, changedAtMs }: TextFile): FileReport {
  const format = options.format ?? detectFormat(text, name);
  if (format === undefined) {
    throw usageError(
      `${name} is in none of the formats that are known.`,
      `Name it: --format ${IMPORT_FORMATS.join("|")}`,
    );
  }
  return { ...parseImport(format, text, importOptions(options, changedAtMs)), file: name, format };
}

async function readBytes(cli: Cli, file: string): Promise<{ bytes: Buffer; changedAtMs: number }> {
  if (file === "-") return { bytes: await buffer(cli.stdin), changedAtMs: cli.nowMs() };
  try {
    return { bytes: readFileSync(file), changedAtMs: statSync(file).mtimeMs };
  } catch (error) {
    throw usageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function unpacked(name: string, bytes: Buffer): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw usageError(`${name} is a broken gzip file: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function importOptions(options: ReadOptions, changedAtMs: number): ImportOptions {
  const time_zone = options.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!isTimeZone(time_zone)) {
    throw usageError(`--time-zone: "${time_zone}" is not known.`, "Such as Europe/Berlin or +02:00.");
  }
  const task = keySource("task", options.task, options.taskFrom);
  const subject = keySource("subject", options.subject, options.subjectFrom);
  const context = keySource("context", options.context, options.contextFrom);
  return {
    time_zone,
    completed_at: timestamp(changedAtMs),
    ...(task !== undefined && { task }),
    ...(subject !== undefined && { subject }),
    ...(context !== undefined && { context }),
    ...(options.inputSizeFrom !== undefined && { input_size_from: options.inputSizeFrom }),
    ...(options.trusted === false && { trusted: false }),
  };
}

function keySource(name: string, value: string | undefined, from: string | undefined): KeySource | undefined {
  if (value !== undefined && from !== undefined) throw usageError(`give --${name} or --${name}-from, not both.`);
  if (value !== undefined) return { value };
  return from === undefined ? undefined : { from };
}
