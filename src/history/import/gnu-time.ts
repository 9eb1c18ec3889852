import { epochMs, timestamp } from "../../domain/clock.ts";
import type { Outcome } from "../../domain/outcome.ts";
import { figuresOf, resultOrError, signalled } from "./ending.ts";
import { keyReader, type KeyReader } from "./key-source.ts";
import type { Line } from "./lines.ts";
import { problem, type Collector, type ImportOptions } from "./report.ts";
import { parseDecimal, parseElapsed } from "./figure-text.ts";

/*
 * What `/usr/bin/time -v` prints, one or several blocks (`--append`), also in the midst of the command's own output.
 *
 *   task_name     the program of the command: `make` of `/usr/bin/make -j8`
 *   subject       empty; context empty
 *   duration      `Elapsed (wall clock) time`
 *   cpu_time      `User time` + `System time`
 *   memory        `Maximum resident set size`: of the largest single process, not of all together
 *   completed_at  not in the file: `options.completed_at`, each block before the last a millisecond earlier
 *
 * Columns for the key: `program`, `command` (with its arguments).
 */

const DEFAULTS = { task: { from: "program" }, subject: { value: "" }, context: { value: "" } };
const COLUMNS = ["program", "command"];
const FIRST_LINE = /^\s*Command being timed: (.*)$/;

/** A name, which may hold colons in parentheses only, and one word. */
const FIELD = /^\s*([A-Z](?:[^:()]|\([^()]*\))*): (\S+)\s*$/;
/** No line of GNU time is longer; the command's own output may be, and would take the expression long. */
const LONGEST_FIELD = 200;

/** The lines of one block, by what stands before the last `: `. */
type Block = { line: number; command: string; fields: Map<string, { line: number; text: string }>; signal: number };

/** Reads the output of GNU time into the collector. */
export function readGnuTime(lines: readonly Line[], options: ImportOptions, into: Collector): void {
  const blocks = blocksOf(lines);
  const firstLine = lines[0]?.number ?? 1;
  if (blocks.length === 0) {
    return into.refuse(firstLine, [
      problem(firstLine, undefined, undefined, 'a block that begins "Command being timed"'),
    ]);
  }
  const completedAt = options.completed_at;
  if (completedAt === undefined) {
    return into.refuse(firstLine, [problem(firstLine, "completed_at", undefined, "a time: GNU time prints none")]);
  }
  const key = keyReader(options, DEFAULTS, COLUMNS, firstLine);
  if (typeof key !== "function") return into.refuse(firstLine, key);
  into.note("Memory is that of the largest single process of each run: GNU time does not see the sum of all.");
  for (const [index, block] of blocks.entries()) {
    // apart from each other, so that equal runs are not taken for one
    readBlock(block, key, timestamp(epochMs(completedAt) - (blocks.length - 1 - index)), into);
  }
}

function blocksOf(lines: readonly Line[]): Block[] {
  const blocks: Block[] = [];
  let signal = 0;
  for (const { number, text } of lines) {
    const first = FIRST_LINE.exec(text);
    const killed = /^Command terminated by signal (\d+)/.exec(text);
    const field = text.length > LONGEST_FIELD ? null : FIELD.exec(text);
    if (killed !== null) signal = Number(killed[1]);
    if (first !== null) {
      blocks.push({ line: number, command: unquoted(first[1]!), fields: new Map(), signal }); // the group has matched
      signal = 0;
    } else if (field !== null) {
      const fields = blocks.at(-1)?.fields;
      // the first of a name: later ones are the next command's own output
      if (fields?.has(field[1]!) === false) fields.set(field[1]!, { line: number, text: field[2]! }); // as above
    }
  }
  return blocks;
}

function unquoted(command: string): string {
  return command.trim().replace(/^"(.*)"$/, "$1");
}

function readBlock(block: Block, key: KeyReader, completed_at: string, into: Collector): void {
  const reader = blockReader(block);
  const seconds = reader.read("Elapsed (wall clock) time (h:mm:ss or m:ss)", parseElapsed, "h:mm:ss or m:ss.ss");
  const cpu = [
    reader.read("User time (seconds)", parseDecimal),
    reader.read("System time (seconds)", parseDecimal),
  ] as const;
  const kibibytes = reader.read("Maximum resident set size (kbytes)", parseDecimal);
  const code = reader.read("Exit status", parseDecimal);
  if (reader.problems.length > 0) return into.refuse(block.line, reader.problems);
  const outcome: Outcome = block.signal > 0 ? signalled(block.signal) : { kind: "exited", code: code ?? 0 };
  const cells: Record<string, string> = { command: block.command, program: programOf(block.command) };
  into.add(block.line, {
    ...key((column) => cells[column]),
    completed_at,
    result: resultOrError(outcome),
    outcome,
    ...figuresOf(outcome, {
      duration_ms: (seconds ?? 0) * 1000,
      cpu_time_ms: ((cpu[0] ?? 0) + (cpu[1] ?? 0)) * 1000,
      memory: (kibibytes ?? 0) * 1024,
    }),
    origin: "gnu-time",
  });
}

/** Every field that is read must be there: a block that ends early is refused. */
function blockReader(block: Block) {
  const problems: ReturnType<typeof problem>[] = [];
  const read = (name: string, parse: (text: string) => number | undefined, expected = "a number") => {
    const field = block.fields.get(name);
    const value = field === undefined ? undefined : parse(field.text);
    if (value === undefined) problems.push(problem(field?.line ?? block.line, name, field?.text, expected));
    return value;
  };
  return { problems, read };
}

/** The name of the program, without its folder. */
function programOf(command: string): string {
  const first = command.trim().split(/\s+/)[0] ?? "";
  return first.slice(first.lastIndexOf("/") + 1);
}
