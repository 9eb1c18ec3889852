import { appendFile, open, stat } from "node:fs/promises";
import type { OutputGlob } from "../../domain/artifact.ts";
import { errorEntry } from "../../contract/errors.ts";
import { formatLogRecord } from "../../domain/log-record.ts";
import type { RunLog, RunOutput } from "../../domain/run.ts";
import { LogShipper } from "../report/log-shipper.ts";
import { uploadOutputs } from "../report/upload-outputs.ts";
import { gatherOutputs, type Gathered } from "../workspace/gather-outputs.ts";
import { workspaceIn } from "../workspace/prepare.ts";
import type { WorkerLog } from "../worker-log.ts";
import type { HeldRun } from "./held-run.ts";
import type { RunEnd } from "./local-run.ts";
import type { ServerLine } from "./server-line.ts";

/** What handing over needs. */
export type HandOverContext = { line: ServerLine; random: () => number; log: WorkerLog };

/** What belongs to a run's end once the server has everything else of it. */
export type HandedOver = { end: RunEnd; outputs: RunOutput[]; log: RunLog };

/** The outputs that the server has, and the globs that matched nothing; or why it has none: a sentence. */
type Sent = { ok: true; outputs: RunOutput[]; missing: string[] } | { ok: false; reason: string };

const NEWLINE = 0x0a;

/** Sends the log and the outputs of one run; the log already while the run goes on. */
export class HandOver {
  readonly #run: HeldRun;
  readonly #context: HandOverContext;
  readonly #signal: AbortSignal;
  readonly #shipper: LogShipper;
  #logBytes = 0;
  #cutBytes: number;

  /** @param signal gives up all sending */
  constructor(run: HeldRun, context: HandOverContext, signal: AbortSignal) {
    this.#run = run;
    this.#context = context;
    this.#signal = signal;
    this.#cutBytes = run.figures.log_cut_bytes;
    this.#shipper = new LogShipper({
      file: run.directory.logFile,
      size: () => this.#logBytes,
      send: (offset, piece) => this.#sendLog(offset, piece),
      random: context.random,
    });
  }

  /** The log has grown to so many bytes. */
  logGrew(bytes: number): void {
    this.#logBytes = bytes;
    this.#shipper.poke();
  }

  /**
   * Takes over the log of the worker before this one. If that died while the run went on, the last record is
   * ended, and what was lost with the worker's memory is told.
   */
  async takeOver(complete: RunLog | undefined): Promise<void> {
    if (complete === undefined) await this.#mend();
    else this.#cutBytes = complete.cut_bytes;
    this.#logBytes = await sizeOf(this.#run.directory.logFile);
  }

  async #mend(): Promise<void> {
    const { logFile } = this.#run.directory;
    const { measurement, log_cut_bytes } = this.#run.figures;
    const size = await sizeOf(logFile);
    if (size > 0 && !(await endsWithNewline(logFile, size))) await appendFile(logFile, "\n");
    if (log_cut_bytes === 0) return;
    const at_ms = measurement?.duration_ms ?? 0;
    await appendFile(logFile, formatLogRecord({ kind: "cut", at_ms, cut_bytes: log_cut_bytes }));
  }

  /** Sends all that the server does not have yet. Rejects when the signal aborts. */
  async complete(end: RunEnd, log: RunLog | undefined, globs: readonly OutputGlob[]): Promise<HandedOver> {
    if (log !== undefined) [this.#logBytes, this.#cutBytes] = [log.size, log.cut_bytes];
    const sent = await this.#sendOutputs(end, globs);
    const sentLog = await this.#sendRest();
    if (sent.ok) return { end: withoutMissing(end, sent.missing), outputs: sent.outputs, log: sentLog };
    this.#warn({ reason: sent.reason }, "the outputs of a run could not be kept");
    return { end: withoutOutputs(end, sent.reason), outputs: [], log: sentLog };
  }

  /** Sends what the server has lost of the log and of the outputs. */
  async completeAgain(done: HandedOver): Promise<HandedOver> {
    await this.#shipper.finishAgain(this.#signal);
    const { line, random } = this.#context;
    const { assignment, directory } = this.#run;
    // they were put aside in this order, under their positions
    const kept = done.outputs.map((output, index) => ({ ...output, file: String(index) }));
    const again = await uploadOutputs(directory.outputs, kept, { line, random, assignment, signal: this.#signal });
    if (!again.ok) this.#warn({ reason: again.reason }, "outputs that the server has lost could not be sent again");
    return { ...done, log: this.#sentLog() };
  }

  async #sendOutputs(end: RunEnd, globs: readonly OutputGlob[]): Promise<Sent> {
    const { line, random } = this.#context;
    const { assignment, directory } = this.#run;
    const signal = this.#signal;
    try {
      const gathered = await this.#gather(end, globs);
      if (!gathered.ok) return gathered;
      const uploaded = await uploadOutputs(directory.outputs, gathered.outputs, { line, random, assignment, signal });
      return uploaded.ok ? { ...uploaded, missing: gathered.missing } : uploaded;
    } catch (error) {
      signal.throwIfAborted();
      return { ok: false, reason: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Puts the outputs aside, unless that was done by the worker before this one. */
  async #gather(end: RunEnd, globs: readonly OutputGlob[]): Promise<Gathered> {
    const { local, directory } = this.#run;
    if (local.state === "uploading" && local.outputs !== undefined) {
      return { ok: true, outputs: local.outputs, missing: local.missing ?? [] };
    }
    // Of a run that is made again nobody wants the files.
    if (end.started_at === undefined || end.outcome.kind === "worker_lost")
      return { ok: true, outputs: [], missing: [] };
    const gathered = await gatherOutputs(workspaceIn(directory.scratch).work, globs, directory.outputs);
    if (gathered.ok && globs.length > 0) this.#run.apply({ ...gathered, kind: "gathered" });
    return gathered;
  }

  /** Sends the rest of the log; what cannot be read any more is missing. */
  async #sendRest(): Promise<RunLog> {
    try {
      await this.#shipper.finish(this.#signal);
    } catch (error) {
      this.#signal.throwIfAborted();
      this.#warn({ err: error }, "the log of a run could not be sent");
    }
    return this.#sentLog();
  }

  async #sendLog(offset: number, piece: Uint8Array): Promise<number> {
    const { run_id, lease_token } = this.#run.assignment;
    const { size } = await this.#context.line.client.upload("appendLog", {
      params: { run_id },
      query: { offset, lease_token },
      body: piece,
      attempts: 1,
      signal: this.#signal,
    });
    return size;
  }

  /** Where the server refused the rest of the log, that is missing too. */
  #sentLog(): RunLog {
    const { shippedBytes } = this.#shipper;
    return { size: shippedBytes, cut_bytes: this.#cutBytes + Math.max(0, this.#logBytes - shippedBytes) };
  }

  #warn(details: object, message: string): void {
    this.#context.log.warn({ ...details, run_id: this.#run.assignment.run_id }, message);
  }
}

/** A success that left nothing of what it was to leave is none. */
function withoutMissing(end: RunEnd, globs: readonly string[]): RunEnd {
  if (globs.length === 0 || end.outcome.kind !== "exited" || end.outcome.code !== 0) return end;
  return { ...end, outcome: { kind: "outputs_missing", globs: [...globs] } };
}

/** A success whose outputs could not be kept is none; what failed by itself stays as it is. */
function withoutOutputs(end: RunEnd, reason: string): RunEnd {
  if (end.outcome.kind !== "exited" || end.outcome.code !== 0) return end;
  return { ...end, outcome: { kind: "start_failed", errors: [errorEntry("outputs-failed", { reason })] } };
}

async function endsWithNewline(file: string, size: number): Promise<boolean> {
  const handle = await open(file, "r");
  try {
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
    return buffer[0] === NEWLINE;
  } finally {
    await handle.close();
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return 0; // it wrote nothing
    throw error;
  }
}
