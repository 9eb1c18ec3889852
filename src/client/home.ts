import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Where things are below `$ALMANAC_HOME`. All absolute; none needs to exist. */
export type HomePaths = {
  root: string;
  /** How the commands of this user find the running server: `ServerRecord`, mode 0600. */
  serverFile: string;
  /** The administrator's token of the home's own server, mode 0600; outlives the server. */
  adminTokenFile: string;
  /** What webhooks are signed with, mode 0600. */
  webhookSecretFile: string;
  /** The server's embedded database. */
  databaseFile: string;
  /** Logs and outputs kept with runs, by the server. */
  filesDirectory: string;
  /** Everything of workers; each has a directory of its name below. */
  workersDirectory: string;
};

/** What a running server leaves for the commands of the same home. */
export type ServerRecord = {
  url: string;
  /** The administrator's token. */
  token: string;
  pid: number;
};

/** The home directory meant: the option, else `$ALMANAC_HOME`, else `~/.local/share/almanac`. */
export function findHome(option: string | undefined, env: NodeJS.ProcessEnv): string {
  if (option !== undefined && option !== "") return resolve(option);
  const fromEnv = env["ALMANAC_HOME"];
  if (fromEnv !== undefined && fromEnv !== "") return resolve(fromEnv);
  return join(homedir(), ".local", "share", "almanac");
}

/** The places below a home. */
export function homePaths(home: string): HomePaths {
  return {
    root: home,
    serverFile: join(home, "server.json"),
    adminTokenFile: join(home, "admin-token"),
    webhookSecretFile: join(home, "webhook-secret"),
    databaseFile: join(home, "almanac.db"),
    filesDirectory: join(home, "files"),
    workersDirectory: join(home, "workers"),
  };
}

/** A worker's own directory: its token, outbox, lock and the directories of its runs. */
export function workerDirectory(home: string, workerName: string): string {
  return join(homePaths(home).workersDirectory, workerName);
}

/** Makes the home if it is not there, readable by its owner only. */
export function makeHome(home: string): void {
  mkdirSync(home, { recursive: true, mode: 0o700 });
}

/** Leaves the record for commands of the same home: whole or not at all, readable by its owner only. */
export function writeServerRecord(home: string, record: ServerRecord): void {
  makeHome(home);
  const { serverFile } = homePaths(home);
  const draft = `${serverFile}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  chmodSync(draft, 0o600); // the mode above holds for new files only
  renameSync(draft, serverFile);
}

/** The record of the server that runs, or last ran, in this home; undefined when there is none. */
export function readServerRecord(home: string): ServerRecord | undefined {
  const { serverFile } = homePaths(home);
  if (!existsSync(serverFile)) return undefined;
  const record = parseRecord(readFileSync(serverFile, "utf8"));
  if (!isServerRecord(record)) throw new TypeError(`${serverFile} is not a record of a server; delete it`);
  return record;
}

function parseRecord(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // reported by the caller, with the name of the file
  }
}

/** Takes the record away if it is still this process's own: a newer server may have written its one. */
export function removeServerRecord(home: string): void {
  const { serverFile } = homePaths(home);
  if (readServerRecord(home)?.pid === process.pid) rmSync(serverFile, { force: true });
}

function isServerRecord(value: unknown): value is ServerRecord {
  return (
    typeof value === "object" &&
    value !== null &&
    "url" in value &&
    typeof value.url === "string" &&
    "token" in value &&
    typeof value.token === "string" &&
    "pid" in value &&
    typeof value.pid === "number"
  );
}
