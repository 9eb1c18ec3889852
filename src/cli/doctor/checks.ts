import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import { createClient } from "../../client/client.ts";
import { homePaths } from "../../client/home.ts";
import { AppError } from "../../contract/errors.ts";
import { formatBytes, formatCores } from "../../domain/units.ts";
import { detectMeter } from "../../worker/measure/detect.ts";
import {
  availableDiskSpace,
  availableMemory,
  cpuCount,
  cpuModel,
  totalDiskSpace,
  totalMemory,
} from "../../worker/measure/machine.ts";
import type { Session } from "../session.ts";

/** How a part stands: it works, it works less well, or it is not there. */
export type CheckState = "ok" | "degraded" | "missing";

/** One finding. */
export type Check = {
  name: string;
  state: CheckState;
  /** What was found. */
  detail: string;
  /** What to do about it. */
  advice?: string;
  /** True: without it, Almanac cannot be used here. */
  is_fatal: boolean;
};

const MINIMUM_NODE = 24;
/** A worker with less is of little use. */
const LITTLE_DISK_BYTES = 1024 ** 3;

/** All checks, in the order in which a start needs them. */
export async function checkAll(session: Session): Promise<Check[]> {
  return [node(), home(session), await database(session), ...measuring(), ...capacity(session), await server(session)];
}

function node(): Check {
  const isEnough = Number(process.versions.node.split(".")[0]) >= MINIMUM_NODE;
  const detail = `${process.version} for ${process.platform}/${process.arch}, at ${process.execPath}`;
  return isEnough
    ? { name: "node", state: "ok", detail, is_fatal: true }
    : { name: "node", state: "missing", detail, is_fatal: true, advice: `install Node ${MINIMUM_NODE}, or run npm ci` };
}

function home(session: Session): Check {
  const name = "home";
  // The home is made when it is needed: what must be writable is the nearest directory that exists.
  let directory = session.home;
  while (!existsSync(directory)) directory = dirname(directory); // ends at the root, which exists
  if (!isWritableDirectory(directory)) {
    const advice = "choose another with --home or $ALMANAC_HOME";
    return { name, state: "missing", detail: `${directory} is no directory to write to`, advice, is_fatal: true };
  }
  const detail = directory === session.home ? session.home : `${session.home} (will be made)`;
  return { name, state: "ok", detail, is_fatal: true };
}

function isWritableDirectory(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return statSync(path).isDirectory();
  } catch {
    return false; // the reason does not matter: another home is needed
  }
}

async function database(session: Session): Promise<Check> {
  const name = "database";
  const { databaseFile } = homePaths(session.home);
  const { DatabaseSync } = await import("node:sqlite");
  const empty = new DatabaseSync(":memory:");
  const row = empty.prepare("select sqlite_version() as version").get();
  empty.close();
  const engine = `SQLite ${String(row?.["version"])}`;
  if (!existsSync(databaseFile)) {
    return { name, state: "ok", detail: `${engine}; ${databaseFile} will be made`, is_fatal: true };
  }
  try {
    const { openLocalHistory } = await import("../../server/store/local-history.ts");
    openLocalHistory(databaseFile).close();
    return { name, state: "ok", detail: `${engine}; ${databaseFile} can be opened`, is_fatal: true };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const advice = "if another Almanac made it, use that one; else move the file away and restore a copy";
    return { name, state: "missing", detail: `${databaseFile}: ${reason}`, advice, is_fatal: true };
  }
}

function measuring(): Check[] {
  const { meter, findings } = detectMeter();
  // A way to measure that is missing matters only while none of the good ones is there.
  const isGood = meter.method !== "proc";
  return findings.map(({ name, ok, detail, advice }): Check => ({
    name,
    state: ok || isGood ? "ok" : "degraded",
    detail: ok || !isGood ? detail : `not used: ${detail}`,
    is_fatal: false,
    ...(advice !== undefined && !isGood && { advice }),
  }));
}

function capacity(session: Session): Check[] {
  const memory = `${formatBytes(availableMemory())} of ${formatBytes(totalMemory())} free`;
  let directory = session.home;
  while (!existsSync(directory)) directory = dirname(directory); // ends at the root, which exists
  const disk = availableDiskSpace(directory);
  const checks: Check[] = [
    { name: "cpus", state: "ok", detail: `${formatCores(cpuCount())} (${cpuModel()})`, is_fatal: false },
    { name: "memory", state: "ok", detail: memory, is_fatal: false },
  ];
  if (disk === undefined) return checks;
  const isLittle = disk < LITTLE_DISK_BYTES;
  checks.push({
    name: "disk",
    state: isLittle ? "degraded" : "ok",
    detail: `${formatBytes(disk)} of ${formatBytes(totalDiskSpace(directory) ?? disk)} free at ${directory}`,
    is_fatal: false,
    ...(isLittle && { advice: "make room, or choose a --home on a larger disk" }),
  });
  return checks;
}

async function server(session: Session): Promise<Check> {
  const { address } = session;
  const name = "server";
  if (address === undefined) {
    const advice = "`npm start` (or `almanac up`) starts one; --url and --token name another";
    return { name, state: "missing", detail: "no server is known here", advice, is_fatal: false };
  }
  const client = createClient({ url: address.url, token: address.token, attempts: 1 });
  try {
    const { version, database: engine, workers } = await client.call("status", { idleTimeoutMs: 5000 });
    const detail = `${address.url}, version ${version}, on ${engine}, ${workers} ${workers === 1 ? "worker" : "workers"}`;
    if (workers > 0) return { name, state: "ok", detail, is_fatal: false };
    const advice = "nothing can run before a worker joins: `almanac token new --worker`";
    return { name, state: "degraded", detail, advice, is_fatal: false };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const advice = `it was named by ${address.foundIn}; start it, or name another`;
    return { name, state: "missing", detail: error.message, advice, is_fatal: false };
  }
}
