import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { AppError } from "../../contract/errors.ts";
import { parseRunId, type RunId } from "../../domain/ids.ts";
import type { RunOutput } from "../../domain/run.ts";
import { createLogLines, type LogLines } from "./log-lines.ts";

/** The files that a server keeps with runs: one log each, and outputs by their content. */
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
  /** Keeps an output and says what it is; the same content again costs nothing. */
  putOutput(run: RunId, path: string, body: Readable): Promise<RunOutput>;
  readOutput(run: RunId, output: RunOutput): Readable;
  /** Deletes all files of a run. */
  remove(run: RunId): Promise<void>;
};

/** Keeps files below a directory: `runs/<request>/<attempt>/log` and `…/outputs/<sha256>`. */
export function createRunFiles(root: string): RunFiles {
  const directoryOf = (run: RunId) => {
    const parts = parseRunId(run)!; // a RunId has this form by its type; nothing else can reach the path
    return join(root, "runs", String(parts.work_request_id), String(parts.attempt));
  };
  const logOf = (run: RunId) => join(directoryOf(run), "log");
  const outputOf = (run: RunId, sha256: string) => join(directoryOf(run), "outputs", sha256);
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
    putOutput: (run, path, body) => keepByContent((sha256) => outputOf(run, sha256), path, body),
    readOutput: (run, output) => createReadStream(outputOf(run, output.sha256)),
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

/** Writes beside its place first: whoever reads sees the whole content or none. */
async function keepByContent(place: (sha256: string) => string, path: string, body: Readable): Promise<RunOutput> {
  const draft = place(`draft-${randomUUID()}`);
  await mkdir(dirname(draft), { recursive: true });
  const hash = createHash("sha256");
  let size = 0;
  const handle = await open(draft, "wx");
  try {
    for await (const chunk of body) {
      const bytes = chunk as Uint8Array; // a byte stream's chunks
      hash.update(bytes);
      size += bytes.length;
      await handle.writeFile(bytes);
    }
    await handle.sync();
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  const sha256 = hash.digest("hex");
  await rename(draft, place(sha256));
  return { path, size, sha256 };
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
