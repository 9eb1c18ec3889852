import process from "node:process";
import { readServerRecord } from "../../client/home.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { noServer } from "../find-server.ts";
import type { Session, SharedOptions } from "../session.ts";
import { findConfig, type ConfigOption } from "./find-config.ts";
import { stopSignal } from "./stop-signal.ts";
import { workerNameOf, type WorkerOptions } from "./worker-options.ts";

/** The options of `almanac worker run`. */
export type RunWorkerOptions = SharedOptions & WorkerOptions & ConfigOption & { join?: string };

/** How `up` hands the one-time token to its worker: not among the arguments, which others can see. */
export const JOIN_VARIABLE = "ALMANAC_JOIN_TOKEN";

/** An orphan, whose `up` was killed, looks so often whether it is of use to anybody. */
const ORPHAN_CHECK_MS = 5000;
/** And ends after so long without work and without a server. */
const ORPHAN_PATIENCE_MS = 600_000;

/** Is a worker until a signal, or until the server refuses it for good. */
export async function runWorker(session: Session, options: RunWorkerOptions): Promise<ExitCode> {
  const { address } = session;
  if (address === undefined) throw noServer(options, session.cli.env);
  const { startWorker } = await import("../../worker/worker.ts");
  const { home } = session;
  const isNamed = options.url !== undefined || (session.cli.env["ALMANAC_URL"] ?? "") !== "";
  const config = findConfig(options.config, session.cli.env, process.cwd());
  const join = options.join ?? takeVariable(JOIN_VARIABLE);
  const worker = await startWorker({
    home,
    url: address.url,
    name: workerNameOf(options),
    tags: options.tag ?? [],
    allow: options.allow ?? [],
    deny: options.deny ?? [],
    ...(config !== undefined && { config }),
    ...(join !== undefined && { join }),
    ...(options.token !== undefined && { token: options.token }),
    ...(options.memory !== undefined && { memory: options.memory }),
    ...(options.disk !== undefined && { disk: options.disk }),
    ...(options.cache !== undefined && { cacheBytes: options.cache }),
    ...(options.cpus !== undefined && { cpus: options.cpus }),
    // A server that was named stays the same; the home's own may come back at another address.
    ...(!isNamed && { findUrl: () => readServerRecord(home)?.url }),
  });
  // a worker that `up` started is spoken for by `up`
  if (process.channel === undefined) session.say(`the worker ${worker.name} works for ${address.url} until Ctrl-C`);
  const stop = stopSignal();
  const orphan = watchParent(() => worker.idleWithoutServerMs());
  try {
    await Promise.race([worker.stopped, stop.requested, orphan.isOfNoUse]);
    await worker.close();
  } finally {
    stop.release();
    orphan.release();
  }
  return EXIT.success;
}

/** Reads a variable and takes it away, so that no run inherits it. */
function takeVariable(name: string): string | undefined {
  const value = process.env[name];
  delete process.env[name];
  return value === "" ? undefined : value;
}

/**
 * A worker that `up` started has a channel to it. When that closes without a signal to end, `up` was killed: the
 * worker finishes what it has, hands it in to whatever server comes, and ends when nobody needs it any more.
 */
function watchParent(idleWithoutServerMs: () => number): { isOfNoUse: Promise<void>; release(): void } {
  let timer: NodeJS.Timeout | undefined;
  const isOfNoUse = new Promise<void>((resolve) => {
    if (process.channel === undefined || process.channel === null) return;
    process.channel.unref();
    process.once("disconnect", () => {
      timer = setInterval(() => {
        if (idleWithoutServerMs() >= ORPHAN_PATIENCE_MS) resolve();
      }, ORPHAN_CHECK_MS);
    });
  });
  return { isOfNoUse, release: () => clearInterval(timer) };
}
