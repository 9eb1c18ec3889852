import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { AppError } from "../../contract/errors.ts";
import type { ConfiguredTask } from "../define-task.ts";
import type { HistorySource, Wanted } from "../define-workflow.ts";
import type { ConfiguredTasks } from "../registry.ts";
import { ConfigThread } from "./config-thread.ts";
import type { Answers, Question, Unanswered } from "./protocol.ts";
import { QuestionQueue, type QuestionOf } from "./question-queue.ts";
import { runOnServer } from "./run-on-server.ts";
import { watchFiles } from "./watch-files.ts";

/** A configuration that is in use, and kept up with its files. */
export type ConfigHost = ConfiguredTasks & {
  /** Absolute. */
  readonly file: string;
  /** Whether this machine can run a task; a text says why not. */
  available(task_name: string): Promise<boolean | string>;
  /** Who answers what plans ask of the history; before, and on workers, nobody does. */
  answerFrom(source: HistorySource): void;
  /** Is called after the configuration was loaded again. */
  onReload(listener: () => void): void;
  close(): Promise<void>;
};

/** How a configuration is used. */
export type ConfigHostOptions = {
  /** Absolute. */
  file: string;
  /** How long one question to the configuration's code may take, milliseconds. Default 30 000. */
  limitMs?: number;
  log: ConfigLog;
};

/** The part of a logger that is used; pino's own shape. */
export type ConfigLog = {
  info(details: object, message: string): void;
  error(details: object, message: string): void;
};

const DEFAULT_LIMIT_MS = 30_000;
/** After a thread died, milliseconds: a configuration that kills its thread at once must not keep a core busy. */
const RESTART_MS = 500;

/**
 * Loads a configuration.
 * @throws AppError `invalid-configuration` with what is wrong with it
 */
export async function openConfig(options: ConfigHostOptions): Promise<ConfigHost> {
  const host = new Host(options);
  try {
    await host.open();
    return host;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError("invalid-configuration", { file: options.file, reason }, { cause: error });
  }
}

/**
 * A configuration with the thread that answers for it.
 * - *opening*: the first thread loads; what is wrong with the configuration is thrown;
 * - *open*: the thread answers. When a file changes, another thread loads it: if it can, it takes over, if not, the old
 *   one goes on and the log says why. When the thread hangs or dies, another one takes its place;
 * - *closed*.
 */
class Host implements ConfigHost {
  readonly file: string;
  readonly #log: ConfigLog;
  readonly #queue: QuestionQueue;
  readonly #listeners: (() => void)[] = [];
  #thread: ConfigThread | undefined;
  #tasks: readonly ConfiguredTask[] = [];
  #files: readonly string[] = [];
  #fingerprint = "";
  #stopWatching: (() => void) | undefined;
  #restart: NodeJS.Timeout | undefined;
  #changing: Promise<void> = Promise.resolve();
  #isClosed = false;
  #source: HistorySource | undefined;

  constructor({ file, limitMs, log }: ConfigHostOptions) {
    this.file = file;
    this.#log = log;
    this.#queue = new QuestionQueue(limitMs ?? DEFAULT_LIMIT_MS);
  }

  get tasks(): readonly ConfiguredTask[] {
    return this.#tasks;
  }

  check: ConfiguredTasks["check"] = (call, path = []) => this.#ask({ kind: "check", call, path });
  dynamicData: ConfiguredTasks["dynamicData"] = (call) => this.#ask({ kind: "dynamic_data", call });
  serve: ConfiguredTasks["serve"] = (call, limits) => runOnServer(this.file, call, limits);
  plan: ConfiguredTasks["plan"] = (call) => this.#ask({ kind: "plan", call });
  execution: ConfiguredTasks["execution"] = (call, run) => this.#ask({ kind: "execution", call, run });

  async available(task_name: string): Promise<boolean | string> {
    const answer = await this.#ask({ kind: "available", task_name });
    if (answer.ok) return answer.value;
    return "reason" in answer.fault ? answer.fault.reason : "its available() failed";
  }

  answerFrom(source: HistorySource): void {
    this.#source = source;
  }

  onReload(listener: () => void): void {
    this.#listeners.push(listener);
  }

  async open(): Promise<void> {
    await this.#start();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#restart);
    this.#stopWatching?.();
    await this.#changing;
    this.#queue.close("the configuration is closed");
    await this.#thread?.end();
  }

  async #want(wanted: Wanted): Promise<unknown> {
    if (this.#source === undefined) throw new Error("there is no history here");
    return this.#source(wanted);
  }

  #ask<Kind extends Question["kind"]>(question: QuestionOf<Kind>): Promise<Answers[Kind] | Unanswered> {
    return this.#queue.ask(question);
  }

  /** Starts a thread, and lets it take over when it has loaded. */
  async #start(): Promise<void> {
    const thread: ConfigThread = new ConfigThread(this.file, {
      begun: (id) => this.#queue.begun(id),
      answered: (id, answer) => this.#queue.answered(id, answer),
      wanted: (wanted) => this.#want(wanted),
      died: (reason) => this.#died(thread, reason),
    });
    try {
      const { tasks, files } = await thread.loaded;
      if (this.#isClosed) return await thread.end();
      this.#takeOver(thread, tasks, files);
    } catch (error) {
      await thread.end();
      throw error;
    }
  }

  #takeOver(thread: ConfigThread, tasks: ConfiguredTask[], files: string[]): void {
    const old = this.#thread;
    if (old !== undefined) this.#queue.handOver();
    this.#thread = thread;
    this.#tasks = tasks;
    this.#files = files;
    this.#fingerprint = fingerprintOf(files);
    this.#stopWatching?.();
    this.#stopWatching = watchFiles(files, () => this.#fileChanged());
    this.#queue.restart({ ask: (id, question) => thread.ask(id, question), replace: () => this.#replace(thread) });
    void old?.end();
  }

  #fileChanged(): void {
    this.#changing = this.#changing.then(() => this.#reload());
  }

  async #reload(): Promise<void> {
    if (this.#isClosed || fingerprintOf(this.#files) === this.#fingerprint) return;
    const fingerprint = fingerprintOf(this.#files);
    try {
      await this.#start();
      this.#log.info({ file: this.file, tasks: this.#tasks.length }, "the configuration was loaded again");
      for (const listener of this.#listeners) listener();
    } catch (error) {
      // Said once for each state of the files; what was loaded before goes on.
      this.#fingerprint = fingerprint;
      this.#log.error({ err: error, file: this.file }, "the changed configuration is not used, it cannot be loaded");
    }
  }

  #died(thread: ConfigThread, reason: string): void {
    if (thread !== this.#thread || this.#isClosed) return;
    this.#log.error({ file: this.file, reason }, "the code of the configuration ended its thread; it is started again");
    this.#queue.interrupt(reason);
    this.#startAgain();
  }

  #replace(thread: ConfigThread): void {
    if (thread !== this.#thread || this.#isClosed) return;
    this.#log.error({ file: this.file }, "the code of the configuration took too long; its thread is started again");
    void thread.end();
    this.#startAgain(0);
  }

  #startAgain(pauseMs = RESTART_MS): void {
    this.#thread = undefined;
    this.#restart = setTimeout(() => {
      this.#start().catch((error: unknown) => {
        this.#log.error({ err: error, file: this.file }, "the configuration cannot be loaded again; it is tried again");
        if (!this.#isClosed) this.#startAgain();
      });
    }, pauseMs);
  }
}

/** Tells one state of the files from another; a file that is not there counts as empty. */
function fingerprintOf(files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(file).update("\0").update(textOf(file)).update("\0");
  return hash.digest("hex");
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // just being replaced, or removed: a change either way
  }
}
