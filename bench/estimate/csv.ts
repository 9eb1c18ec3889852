import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** One row of a table by the names of its columns. */
export type Row = Readonly<Record<string, string>>;

/** The rows of a text table with a line of column names: commas, semicolons or tabs between, plain or gzip. */
export function readRows(path: string): Row[] {
  const bytes = readFileSync(path);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const lines = (isGzip ? gunzipSync(bytes) : bytes)
    .toString("utf8")
    .split(/\r?\n/)
    .filter((line) => line !== "");
  const first = lines[0] ?? "";
  const separator = ["\t", ";", ","].find((mark) => first.includes(mark)) ?? ",";
  const names = cells(first, separator);
  return lines.slice(1).map((line) => {
    const values = cells(line, separator);
    return Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""]));
  });
}

function cells(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator);
  const result: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (const character of line) {
    if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      result.push(cell);
      cell = "";
    } else cell += character;
  }
  return [...result, cell];
}
