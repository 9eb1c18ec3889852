import type { ImportFormat } from "./format.ts";
import { readGnuTime } from "./gnu-time.ts";
import { isCutOff, linesOf, unreadable } from "./lines.ts";
import { readNextflow } from "./nextflow.ts";
import { readObs } from "./obs.ts";
import { readCsv, readJsonl } from "./own-files.ts";
import { collector, problem, type Collector, type ImportOptions, type ImportReport } from "./report.ts";
import { readSacct } from "./sacct.ts";
import { readSnakemake } from "./snakemake.ts";
import type { Line } from "./lines.ts";
import { isTimeZone } from "./time-zone.ts";

type Reader = (lines: readonly Line[], options: ImportOptions, into: Collector) => void;

const READERS: Record<Exclude<ImportFormat, "obs">, Reader> = {
  nextflow: readNextflow,
  sacct: readSacct,
  "gnu-time": readGnuTime,
  snakemake: readSnakemake,
  jsonl: readJsonl,
  csv: readCsv,
};

/**
 * Reads a file of the given format: what is good becomes entries, what is not is named with its line. Never throws for
 * what stands in the text. An empty file gives an empty report, with a note.
 */
export function parseImport(format: ImportFormat, text: string, options: ImportOptions = {}): ImportReport {
  const into = collector(options);
  const reason = unreadable(text);
  if (reason !== undefined) into.refuse(reason.line, [problem(reason.line, undefined, reason.found, reason.expected)]);
  else if (options.time_zone !== undefined && !isTimeZone(options.time_zone)) {
    into.refuse(1, [problem(1, "time_zone", options.time_zone, "a zone like Europe/Berlin, or an offset like +02:00")]);
  } else readText(format, text, options, into);
  return into.report();
}

function readText(format: ImportFormat, text: string, options: ImportOptions, into: Collector): void {
  const lines = linesOf(text);
  if (lines.length === 0) return into.note("The file is empty.");
  if (format === "obs") return readObs(text.replace(/^\ufeff/, "").trimStart(), options, into);
  if (isCutOff(text)) into.note("The last line has no end: if the file was cut off there, its last figure is wrong.");
  READERS[format](lines, options, into);
}
