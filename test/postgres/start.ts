import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { binariesIn, linkLibraries, packageFolder } from "./binaries.ts";

/** A PostgreSQL of one's own, in a temporary folder, reached through a socket there. */
export type Postgres = {
  /** Of the database `postgres`, which is there for administration. */
  url: string;
  /** Makes a database, empty or as a copy of another that nobody is connected to; gives its URL. */
  createDatabase(name: string, template?: string): Promise<string>;
  /** The server process, to be hurt by tests. */
  pid: number;
  stop(): Promise<void>;
};

/** Settings for `postgresql.conf`; the default is for tests: nothing is synced to disk. */
export type PostgresSettings = Record<string, string>;

const FOR_TESTS: PostgresSettings = {
  fsync: "off",
  full_page_writes: "off",
  shared_buffers: "64MB",
  max_connections: "60",
};

/** Nobody, on every Linux: PostgreSQL refuses to run as root. */
const NOBODY = 65534;

/**
 * Starts PostgreSQL from npm's binaries; ready in about a second. It ends with `stop`, and with this process,
 * however that ends. Throws where the binaries are missing: see `postgresMissing`.
 */
export async function startPostgres(settings: PostgresSettings = FOR_TESTS): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), "almanac-pg-"));
  const run = runnerIn(folder);
  try {
    initialise(run, folder);
    const server = await startServer(run, folder, settings);
    return handleOn(server, folder);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

type Runner = { binaries: string; prefix: string[]; env: NodeJS.ProcessEnv };

/** How a binary is run: with its libraries, not as root, and not beyond the life of this process. */
function runnerIn(folder: string): Runner {
  const root = packageFolder();
  const libraries = join(folder, "lib");
  mkdirSync(libraries);
  linkLibraries(root, libraries);
  mkdirSync(join(folder, "socket"));
  // PostgreSQL's messages are looked at below, so they are asked for in English.
  const libraryPath = `${libraries}:${join(root, "native", "lib")}`;
  const env = { ...process.env, LD_LIBRARY_PATH: libraryPath, LC_ALL: "C", TZ: "UTC" };
  return { binaries: binariesIn(root), prefix: prefixFor(folder, root), env };
}

function prefixFor(folder: string, root: string): string[] {
  const guarded = isThere("setpriv") ? ["setpriv", "--pdeathsig", "INT"] : [];
  if (process.getuid?.() !== 0) return guarded;
  const asNobody = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--pdeathsig", "INT"];
  const canRead = spawnSync(asNobody[0]!, [...asNobody.slice(1), "test", "-x", join(binariesIn(root), "postgres")]);
  // A checkout that nobody cannot read, under /root say: root within a namespace of its own, under another number.
  if (canRead.status !== 0) return ["unshare", "--user", "--map-user=1000", ...guarded];
  for (const path of [folder, join(folder, "lib"), join(folder, "socket")]) chownSync(path, NOBODY, NOBODY);
  return asNobody;
}

function isThere(command: string): boolean {
  return spawnSync(command, ["--version"]).error === undefined;
}

function initialise(run: Runner, folder: string): void {
  chmodSync(folder, 0o700);
  const options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
  const [command, ...args] = commandOf(run, "initdb", folder, options);
  const done = spawnSync(command, args, { env: run.env, cwd: folder, encoding: "utf8" });
  if (done.status !== 0) throw new Error(`initdb failed: ${done.stderr || String(done.error)}`);
}

function commandOf(run: Runner, binary: string, folder: string, options: string[]): [string, ...string[]] {
  const command = [...run.prefix, join(run.binaries, binary), "-D", join(folder, "data"), ...options];
  return command as [string, ...string[]]; // it has the binary at least
}

async function startServer(run: Runner, folder: string, settings: PostgresSettings): Promise<ChildProcess> {
  const all = { listen_addresses: "", unix_socket_directories: join(folder, "socket"), ...settings };
  const options = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const [command, ...args] = commandOf(run, "postgres", folder, options);
  const server = spawn(command, args, { env: run.env, cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  await isReady(server);
  return server;
}

/** Resolves when the server says that it is ready; rejects with what it said when it ends before. */
function isReady(server: ChildProcess): Promise<void> {
  let said = "";
  return new Promise((resolve, reject) => {
    server.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-10_000);
      if (said.includes("ready to accept connections")) resolve();
    });
    server.once("error", reject);
    server.once("exit", (code, signal) => reject(new Error(`postgres ended (${code ?? signal}): ${said}`)));
  });
}

function handleOn(server: ChildProcess, folder: string): Postgres {
  const url = (database: string) =>
    `postgres://postgres@localhost/${database}?host=${encodeURIComponent(join(folder, "socket"))}`;
  return {
    url: url("postgres"),
    pid: server.pid!, // it has started
    async createDatabase(name, template = "template0") {
      const client = new Client({ connectionString: url("postgres") });
      await client.connect();
      try {
        await client.query(`create database ${name} template ${template}`);
      } finally {
        await client.end();
      }
      return url(name);
    },
    async stop() {
      if (server.exitCode === null && server.signalCode === null) {
        server.kill("SIGINT"); // fast shutdown: ends the sessions
        await once(server, "exit");
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
