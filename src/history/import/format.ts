import { linesOf } from "./lines.ts";

/** What can be imported. Each has its own file here, which says how its columns are read. */
export const IMPORT_FORMATS = ["nextflow", "sacct", "gnu-time", "obs", "snakemake", "jsonl", "csv"] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** The format that a text is in, by its first lines and, where they leave it open, by the file's name; or undefined. */
export function detectFormat(text: string, fileName = ""): ImportFormat | undefined {
  const start = text.replace(/^\ufeff/, "").trimStart();
  if (/^<(\?xml|!--|buildstatistics)/.test(start)) return start.includes("<buildstatistics") ? "obs" : undefined;
  if (/^[{[]/.test(start)) return "jsonl";
  const header = linesOf(text.slice(0, 100_000))[0]?.text ?? "";
  if (/(^|\|)JobID(Raw)?(\||$)/.test(header)) return "sacct";
  const columns = new Set(header.split(/[\t,;]/).map((name) => name.trim().replaceAll('"', "")));
  if (columns.has("s") && columns.has("h:m:s")) return "snakemake";
  if (columns.has("task_name")) return "csv";
  if (
    columns.has("status") &&
    ["task_id", "hash", "native_id", "process", "realtime"].some((name) => columns.has(name))
  ) {
    return "nextflow";
  }
  if (text.includes("Command being timed: ")) return "gnu-time";
  return byName(fileName);
}

/** Only for what nothing in the text tells, an empty file or a header with columns of its own. */
function byName(fileName: string): ImportFormat | undefined {
  const name = fileName.slice(fileName.lastIndexOf("/") + 1).toLowerCase();
  if (name === "_statistics") return "obs";
  if (/\.(jsonl|ndjson|json)(\.gz)?$/.test(name)) return "jsonl";
  if (/^trace.*\.(txt|tsv)$/.test(name)) return "nextflow";
  return /\.csv(\.gz)?$/.test(name) ? "csv" : undefined;
}
