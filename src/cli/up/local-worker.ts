import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { EXIT } from "../exit-code.ts";
import { CliError } from "../failure.ts";
import { JOIN_VARIABLE } from "./run-worker.ts";
import { isAlive } from "./start-here.ts";

/** The worker beside a server: a child that is started again when it ends unasked, or one that survived an earlier server. */
export type LocalWorker = {
  /** Rejects when it could not be kept running. */
  failed: Promise<never>;
  /** Asks it to end and waits for that. */
  stop(): Promise<void>;
  /** Ends it at once. */
  kill(): void;
};

/** How a child is started. */
export type ChildOptions = {
  /** Arguments for `almanac worker run`. */
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  createJoinToken(): Promise<string>;
  say(line: string): void;
};

const MAIN = fileURLToPath(
  new URL(`../main${import.meta.url.slice(import.meta.url.lastIndexOf("."))}`, import.meta.url),
);
const FIRST_RESTART_MS = 1000;
/** Over a minute in all: longer than a server takes to see that a worker that was killed while it joined is gone. */
const MAX_RESTARTS = 6;
/** A child that ran so long was well: its restarts are counted anew. */
const WELL_AFTER_MS = 60_000;
const POLL_MS = 100;

/**
 * Starts the worker and keeps it running: one that ends unasked is started again after a pause that doubles, six times
 * in a row at most. It is in a session of its own, so that Ctrl-C reaches it only through `stop`.
 */
export function startLocalWorker(options: ChildOptions): LocalWorker {
  const stopping = new AbortController();
  const ref: { child: ChildProcess | undefined } = { child: undefined };
  const supervised = supervise(options, stopping.signal, ref);
  const failed = supervised.then(() => new Promise<never>(() => {})); // ended because it was asked to: no failure
  failed.catch(() => {}); // whoever waits for it is told; nobody may be waiting any more
  return {
    failed,
    stop: async () => {
      stopping.abort();
      ref.child?.kill("SIGTERM");
      await supervised.catch(() => {}); // a failure was told through `failed`
    },
    kill: () => {
      stopping.abort();
      ref.child?.kill("SIGKILL");
    },
  };
}

async function supervise(
  options: ChildOptions,
  stopping: AbortSignal,
  ref: { child: ChildProcess | undefined },
): Promise<void> {
  let restarts = 0;
  // ends when it is stopped, or when the worker cannot be kept running
  for (;;) {
    const startedAt = performance.now();
    const child = start(options, await options.createJoinToken());
    ref.child = child;
    if (stopping.aborted) child.kill("SIGTERM");
    const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null]; // Node's own signature
    if (stopping.aborted) return;
    if (performance.now() - startedAt > WELL_AFTER_MS) restarts = 0;
    const how = signal === null ? `with code ${code}` : `by ${signal}`;
    if (restarts >= MAX_RESTARTS)
      throw new CliError(EXIT.infrastructure, `the local worker ended ${how}, again and again.`);
    const pauseMs = FIRST_RESTART_MS * 2 ** restarts;
    restarts += 1;
    options.say(`the local worker ended ${how}; it is started again in ${pauseMs / 1000} s`);
    await delay(pauseMs, undefined, { signal: stopping }).catch(() => {}); // stopped meanwhile: seen next
    if (stopping.aborted) return;
  }
}

function start(options: ChildOptions, joinToken: string): ChildProcess {
  return spawn(process.execPath, [MAIN, "worker", "run", ...options.args], {
    env: { ...options.env, [JOIN_VARIABLE]: joinToken },
    // Standard output is the server's; the channel tells the worker when this process is gone.
    stdio: ["ignore", 2, 2, "ipc"],
    detached: true,
  });
}

/** A worker that outlived its server and will find this one by itself. */
export function adoptWorker(pid: number): LocalWorker {
  const signal = (name: NodeJS.Signals) => {
    if (isAlive(pid)) process.kill(pid, name);
  };
  return {
    failed: new Promise<never>(() => {}),
    stop: async () => {
      signal("SIGTERM");
      while (isAlive(pid)) await delay(POLL_MS); // ends with the process; a second Ctrl-C kills it
    },
    kill: () => signal("SIGKILL"),
  };
}
