import { createReadStream } from "node:fs";
import { mkdir, open, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { AppError } from "../../contract/errors.ts";
import { parseRunId, type RunId } from "../../domain/ids.ts";
import { createLogLines, type LogLines } from "./log-lines.ts";

/** The files that a server keeps with runs: one log each. */
export type RunFiles = {
  /** Bytes of the log so far; 0 while there is none. */
  logSize(run: RunId): Promise<number>;
  /** Appends at the given offset; `log-offset` when the log does not end there. Gives the new size. */
  appendLog(run: RunId, offset: number, body: Readable): Promise<number>;
  /** Forces the log to disk before its run is acknowledged; throws `log-offset` when part of it is missing. */
  seal(run: RunId, expectedSize: number): Promise<void>;
  /** A part of the log; `end` is exclusive. */
  readLog(run: RunId, start: number, end: number): Readable;
  /** The log line by line. */
  readonly lines: LogLines;
  /** Deletes all files of a run. */
  remove(run: RunId): Promise<void>;
};

/** Keeps files below a directory: `runs/<request>/<attempt>/log`. */
export function createRunFiles(root: string): RunFiles {
  const directoryOf = (run: RunId) => {
    const parts = parseRunId(run)!; // a RunId has this form by its type; nothing else can reach the path
    return join(root, "runs", String(parts.work_request_id), String(parts.attempt));
  };
  const logOf = (run: RunId) => join(directoryOf(run), "log");
  const logSize = (run: RunId) => sizeOf(logOf(run));
  const readLog = (run: RunId, start: number, end: number) => createReadStream(logOf(run), { start, end: end - 1 });
  const inTurn = turns();
  return {
    logSize,
    // a call that the network broke off and its repetition may be here at once
    appendLog: (run, offset, body) => inTurn(run, () => appendAt(logOf(run), run, offset, body)),
    async seal(run, expectedSize) {
      if (expectedSize === 0) return;
      const size = await logSize(run);
      if (size < expectedSize) throw new AppError("log-offset", { run_id: run, expected: size, found: expectedSize });
      await syncFile(logOf(run));
    },
    readLog,
    lines: createLogLines({ logSize, readLog }),
    async remove(run) {
      await rm(directoryOf(run), { recursive: true, force: true });
    },
  };
}

/** Runs works of the same key one after the other. */
function turns(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const turn = Promise.allSettled([last.get(key)]).then(work);
    last.set(key, turn);
    try {
      return await turn;
    } finally {
      if (last.get(key) === turn) last.delete(key);
    }
  };
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (isMissing(error)) return 0;
    throw error;
  }
}

async function appendAt(file: string, run: RunId, offset: number, body: Readable): Promise<number> {
  await mkdir(dirname(file), { recursive: true });
  const handle = await open(file, "a");
  try {
    let { size } = await handle.stat();
    if (size !== offset) throw new AppError("log-offset", { run_id: run, expected: size, found: offset });
    for await (const chunk of body) {
      const { bytesWritten } = await handle.write(chunk as Uint8Array); // a byte stream's chunks
      size += bytesWritten;
    }
    return size;
  } finally {
    await handle.close();
  }
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
