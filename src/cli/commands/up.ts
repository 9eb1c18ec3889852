import type { Command } from "commander";
import { createClient } from "../../client/client.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { action, type Session } from "../session.ts";
import { adoptWorker, startLocalWorker, type LocalWorker } from "../up/local-worker.ts";
import { withServerStart } from "../up/server-options.ts";
import { findConfig } from "../up/find-config.ts";
import { startServerHere, type ServerStartOptions, type StartedServer } from "../up/start-here.ts";
import { stopSignal, type StopSignal } from "../up/stop-signal.ts";
import { waitForWorker } from "../up/wait-for-worker.ts";
import { withWorkerOptions, workerNameOf, type WorkerOptions } from "../up/worker-options.ts";

type Options = ServerStartOptions & WorkerOptions;

/** A worker that has not come by then is told of, and waited for no longer. */
const JOIN_PATIENCE_MS = 20_000;

/** `almanac up`. */
export function define(command: Command, cli: Cli): void {
  command.description(
    "Run a server and a worker on this machine, until Ctrl-C. The address is the last line it prints.",
  );
  withWorkerOptions(withServerStart(command)).action(action(cli, up));
}

async function up(session: Session, options: Options): Promise<ExitCode> {
  const stop = stopSignal();
  try {
    const server = await startServerHere(session, options);
    const worker = await beginWorker(session, options, server);
    try {
      await Promise.race([greetWhenReady(session, options, server, worker), stop.requested]);
      await Promise.race([worker.failed, stop.requested]);
    } finally {
      await end(session, server, worker, stop);
    }
    return EXIT.success;
  } finally {
    stop.release();
  }
}

/** What only the server may know: a run can read what its worker was started with. */
const NO_SECRETS = { ALMANAC_SMTP_URL: "", ALMANAC_WEBHOOK_SECRET: "" };

/** The home's worker: one that outlived an earlier server, else a new child. */
async function beginWorker(session: Session, options: Options, server: StartedServer): Promise<LocalWorker> {
  const { lockHolder } = await import("../../worker/worker.ts");
  const name = workerNameOf(options);
  const holder = lockHolder(session.home, name);
  if (holder !== undefined) {
    session.say(`the worker ${name} is running already (process ${holder}); it is used`);
    return adoptWorker(holder);
  }
  return startLocalWorker({
    args: ["--home", session.home, ...workerArguments(options)],
    // The worker finds its server through the home, also after a restart at another port.
    env: { ...session.cli.env, ALMANAC_URL: "", ALMANAC_TOKEN: "", ...NO_SECRETS },
    createJoinToken: () => server.createJoinToken(),
    say: (line) => session.say(line),
  });
}

function workerArguments(options: Options): string[] {
  return [
    ...one("--config", findConfig(options.config, process.env, process.cwd())),
    ...one("--name", workerNameOf(options)),
    ...one("--memory", options.memory),
    ...one("--disk", options.disk),
    ...one("--cache", options.cache),
    ...one("--cpus", options.cpus),
    ...each("--tag", options.tag),
    ...each("--allow", options.allow),
    ...each("--deny", options.deny),
  ];
}

function one(flag: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [flag, String(value)];
}

function each(flag: string, values: readonly string[] | undefined): string[] {
  return (values ?? []).flatMap((value) => [flag, value]);
}

async function greetWhenReady(
  session: Session,
  options: Options,
  server: StartedServer,
  worker: LocalWorker,
): Promise<void> {
  const client = createClient({ url: server.url, token: server.adminToken });
  const name = workerNameOf(options);
  const patience = AbortSignal.timeout(JOIN_PATIENCE_MS);
  try {
    await Promise.race([waitForWorker(client, name, patience), worker.failed]);
  } catch (error) {
    if (!patience.aborted) throw error;
    session.say(`the worker ${name} has not joined after ${JOIN_PATIENCE_MS / 1000} s; work waits until it does`);
  }
  greet(session, server, name);
}

function greet(session: Session, server: StartedServer, workerName: string): void {
  if (session.wantsJson) {
    session.json({ url: server.url, pid: process.pid, home: session.home, worker_name: workerName });
    return;
  }
  session.print(
    `Almanac is running, with the worker ${workerName}; its state is in ${session.home}.\n` +
      "Ask it for work, from another terminal:\n\n" +
      "  npx almanac submit --task greet --subject world --wait -- echo hello\n" +
      "  npx almanac history greet\n\n" +
      `${server.url}\n`,
  );
}

/** In reverse order of the start; a second Ctrl-C ends the waiting. */
async function end(session: Session, server: StartedServer, worker: LocalWorker, stop: StopSignal): Promise<void> {
  const isGraceful = await Promise.race([worker.stop().then(() => true), stop.insisted.then(() => false)]);
  if (!isGraceful) {
    session.say("ending at once; what ran here is queued again");
    worker.kill();
  }
  await server.close();
}
