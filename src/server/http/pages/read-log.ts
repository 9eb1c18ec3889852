import { AppError } from "../../../contract/errors.ts";
import { namesError, namesWarning, plainLine } from "../../../domain/error-line.ts";
import { beginsSection } from "../../../domain/section-line.ts";
import type { WorkRequestId } from "../../../domain/ids.ts";
import type { LinePlace, LogLine } from "../../../domain/log-line.ts";
import { LogReader } from "../../../domain/log-record.ts";
import type { Run } from "../../../domain/run.ts";
import type { LogData, LogQuery } from "../../../web/pages/log.ts";
import type { LoopContext } from "../../loop/context.ts";
import { hasFailed } from "./read-pages.ts";

/** A page of 60 KB holds no more: lines pack to a third at worst. */
const WINDOW = { lines: 500, characters: 48_000 };
const MOST_HITS = 200;

/** The part of a log that the address asks for. */
export async function readLog(
  context: LoopContext,
  id: WorkRequestId,
  query: LogQuery,
  signal: AbortSignal,
): Promise<LogData> {
  const { files, store } = context;
  const lastEventId = await store.read.lastEventId();
  const { request, runs, run } = await runOf(context, id, query.run);
  const base = { lastEventId, request, runs, run, query };
  if (run === undefined) {
    return { ...base, size: 0, total: 0, lines: [], next_after: undefined, firstError: undefined };
  }
  const { lines, total } = await files.lines.window(run.id, placeOf(query), WINDOW);
  const test = testOf(query);
  const after = query.after ?? 0;
  const found = test && (await files.lines.find(run.id, test, { after, most: MOST_HITS, signal }));
  return {
    ...base,
    size: await files.logSize(run.id),
    total,
    lines: found?.hits ?? lines,
    next_after: found?.next_after,
    firstError: hasFailed(run) ? await files.lines.firstError(run.id) : undefined,
  };
}

function placeOf({ at, from, to }: LogQuery): LinePlace {
  if (at !== undefined) return { kind: "around", line: at };
  if (from !== undefined) return { kind: "from", line: from };
  return to === undefined ? { kind: "end" } : { kind: "to", line: to };
}

const FILTERS: Record<NonNullable<LogQuery["only"]>, (line: LogLine) => boolean> = {
  errors: ({ text }) => namesError(plainLine(text)),
  warnings: ({ text }) => namesWarning(plainLine(text)),
  sections: ({ text }) => beginsSection(text),
  stderr: ({ stream }) => stream === "stderr",
};

/** What lines are looked for; undefined: none, all of them are shown. */
function testOf({ q, only }: LogQuery): ((line: LogLine) => boolean) | undefined {
  if (q === undefined && only === undefined) return undefined;
  const word = q?.toLowerCase() ?? "";
  return (line) => {
    if (only !== undefined && !FILTERS[only](line)) return false;
    const text = line.text.includes("\u001b") ? plainLine(line.text) : line.text;
    return text.toLowerCase().includes(word);
  };
}

/** The request, its runs, and the one that is asked for. Throws `not-found`. */
async function runOf({ store: { read } }: LoopContext, id: WorkRequestId, attempt: number | undefined) {
  const request = await read.workRequest(id);
  if (request === undefined) throw new AppError("not-found", { what: "work request", id: `#${id}` });
  const runs = await read.runsOf(id);
  const run = attempt === undefined ? runs.at(-1) : runs.find((one) => one.attempt === attempt);
  if (attempt !== undefined && run === undefined)
    throw new AppError("not-found", { what: "run", id: `${id}.${attempt}` });
  return { request, runs, run };
}

/** The bytes that a run wrote, of both streams in their order; and the run. */
export async function readLogText(
  context: LoopContext,
  id: WorkRequestId,
  attempt: number | undefined,
): Promise<{ run: Run; text: AsyncGenerator<Uint8Array> }> {
  const { run } = await runOf(context, id, attempt);
  if (run === undefined) throw new AppError("not-found", { what: "run", id: `of #${id}` });
  return { run, text: textOf(context, run) };
}

async function* textOf({ files }: LoopContext, run: Run): AsyncGenerator<Uint8Array> {
  const size = await files.logSize(run.id);
  if (size === 0) return;
  const reader = new LogReader();
  const newline = Buffer.from("\n");
  for await (const chunk of files.readLog(run.id, 0, size)) {
    const records = reader.read(chunk as Uint8Array); // a byte stream's chunks
    yield Buffer.concat(
      records.flatMap((record) =>
        record.kind === "cut"
          ? [Buffer.from(`… ${record.cut_bytes} bytes were not kept …\n`)]
          : record.ends_line
            ? [record.bytes, newline]
            : [record.bytes],
      ),
    );
  }
}
