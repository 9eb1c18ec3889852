import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { VERSION } from "../client/version.ts";
import { homePaths, makeHome, removeServerRecord, writeServerRecord } from "../client/home.ts";
import { epochMs, timestamp, type Clock } from "../domain/clock.ts";
import { openConfig } from "../task/host/config-host.ts";
import { createTaskRegistry } from "../task/registry.ts";
import type { ArtifactFiles } from "./files/artifact-files.ts";
import { openArtifacts } from "./files/open-artifacts.ts";
import { createRunFiles } from "./files/run-files.ts";
import { createApp } from "./http/app.ts";
import { DEFAULT_SETTINGS, type Log, type LoopContext, type ServerSettings } from "./loop/context.ts";
import { createDynamicDataDesk } from "./loop/dynamic-data.ts";
import { createDriftWatch } from "./loop/drift-watch.ts";
import { createHistoryTrimmer, retentionOf } from "./loop/history-trim.ts";
import { startLeader } from "./loop/leader.ts";
import { createLive } from "./loop/live.ts";
import { createToken, findToken } from "./loop/tokens.ts";
import { createServerTasks } from "./loop/server-tasks.ts";
import { createPlanDesk } from "./loop/workflows/ask-plan.ts";
import { historySource } from "./loop/workflows/history-source.ts";
import { createCourier, type ReactionSettings } from "./react/courier.ts";
import { webhookSecret } from "./react/secret.ts";
import { openStore } from "./store/open.ts";
import type { Store } from "./store/store.ts";

/** How to run a server. */
export type ServerOptions = {
  /** Where its state lives; made when it does not exist. */
  home: string;
  /** Address to listen on; default 127.0.0.1. */
  host?: string;
  /** Default 4747; 0 takes any free port. */
  port?: number;
  /** A file's path or `postgres://…`; default: a file in the home. */
  database?: string;
  /** Where files of runs are kept: a directory, `s3://BUCKET` or `https://HOST/BUCKET`; default: in the home. */
  artifacts?: string;
  /** The file of a configuration with tasks; default: only built-in and ad-hoc tasks. */
  config?: string;
  /** pino's level; default `warn`. */
  logLevel?: string;
  settings?: Partial<ServerSettings>;
  /** Which reactions it carries out; default: webhooks to the internet. */
  reactions?: ReactionSettings;
  /** What webhooks are signed with, as `whsec_` and base64; default: what the home has. */
  webhookSecret?: string;
  clock?: Clock;
  /** Uniform in [0, 1). */
  random?: () => number;
};

/** A running server. */
export type Server = {
  url: string;
  /** The secret of the administrator's token, also in the home's `server.json`. */
  adminToken: string;
  /** A one-time secret with which a worker joins. */
  createJoinToken(): Promise<string>;
  /** Stops listening, planning and writing, in that order; resolves when all is on disk. */
  close(): Promise<void>;
};

const DEFAULT_PORT = 4747;
/** What must never reach a log. */
const SECRET_HEADERS = ["req.headers.authorization", "req.headers.cookie"];
/** The local worker joins within seconds, or not at all. */
const JOIN_TOKEN_MS = 3_600_000;

const systemClock: Clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };

/** Builds a server of its parts and starts it. Throws when the address or the database cannot be used. */
export async function startServer(options: ServerOptions): Promise<Server> {
  makeHome(options.home);
  const paths = homePaths(options.home);
  const log = pino({ level: options.logLevel ?? "warn", redact: SECRET_HEADERS }, pino.destination(2));
  const clock = options.clock ?? systemClock;
  const artifacts = await artifactsOf(options, paths.filesDirectory, clock);
  const config = options.config === undefined ? undefined : await openConfig({ file: options.config, log });
  const store = await storeOf(options, paths.databaseFile, log);
  const closing = new AbortController();
  const live = createLive();
  const tasks = createTaskRegistry(config);
  const settings = { ...DEFAULT_SETTINGS, ...options.settings };
  const trimmer = createHistoryTrimmer(store, retentionOf(settings), log);
  const drift = createDriftWatch(store, tasks, log);
  const secret = webhookSecret(paths.webhookSecretFile, options.webhookSecret);
  const courier = createCourier(options.reactions ?? {}, { secret, nowMs: () => clock.nowMs() });
  const context: LoopContext = {
    store,
    log,
    live,
    clock,
    tasks,
    dynamicData: createDynamicDataDesk(tasks),
    serverTasks: createServerTasks(),
    plans: createPlanDesk(tasks, store.read),
    files: createRunFiles(paths.filesDirectory),
    artifacts,
    settings,
    trimmer,
    drift,
    courier,
    random: options.random ?? Math.random,
    leading: { planner: undefined },
  };
  config?.answerFrom(historySource(context));
  const startedAt = timestamp(clock.nowMs());
  const app = await createApp(context, { logger: log, version: VERSION, startedAt, closing: closing.signal });
  const stopEvents = store.onEvents((events) => live.publishEvents(events));
  const adminToken = await adminTokenOf(store, paths.adminTokenFile);
  const url = await app.listen({ host: options.host ?? "127.0.0.1", port: options.port ?? DEFAULT_PORT });
  const leader = startLeader(context);
  writeServerRecord(options.home, { url, token: adminToken, pid: process.pid });
  return {
    url,
    adminToken,
    createJoinToken: () => createJoinToken(store),
    async close() {
      closing.abort();
      await app.close();
      await config?.close();
      await leader.close();
      await trimmer.close();
      await drift.close();
      courier.close();
      stopEvents();
      removeServerRecord(options.home);
      await store.close();
    },
  };
}

function storeOf({ database, clock }: ServerOptions, databaseFile: string, log: Log): Promise<Store> {
  return openStore(database ?? databaseFile, {
    onFault: (error) => log.error({ err: error }, "the database connection had a fault"),
    clock,
  });
}

function artifactsOf({ artifacts }: ServerOptions, filesDirectory: string, clock: Clock): Promise<ArtifactFiles> {
  return openArtifacts(artifacts ?? join(filesDirectory, "artifacts"), process.env, clock.nowMs);
}

/** The token that the home remembers, if the database knows it; else a new one, kept there for the next start. */
async function adminTokenOf(store: Store, file: string): Promise<string> {
  const remembered = existsSync(file) ? readFileSync(file, "utf8").trim() : "";
  if ((await findToken(store.read, remembered))?.scope === "admin") return remembered;
  const created = await store.transaction((tx) =>
    createToken(tx, { name: "local", scope: "admin", worker_name: null, expires_at: null }),
  );
  writeFileSync(file, `${created.secret}\n`, { mode: 0o600 });
  return created.secret;
}

async function createJoinToken(store: Store): Promise<string> {
  const created = await store.transaction(async (tx) => {
    const expires_at = timestamp(epochMs(await tx.now()) + JOIN_TOKEN_MS);
    return createToken(tx, { name: "join", scope: "join", worker_name: null, expires_at });
  });
  return created.secret;
}
