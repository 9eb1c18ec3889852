import { link, open, readFile, rename, rm, unlink } from "node:fs/promises";
import { readIfThere } from "../measure/kernel-file.ts";
import { readProcessStat } from "../measure/process-stat.ts";

/** A held lock. */
export type Lock = {
  /** False when somebody has taken the file away. */
  isHeld: () => Promise<boolean>;
  release: () => Promise<void>;
};

/** Another process that is alive holds the lock. */
export class LockedError extends Error {
  readonly pid: number;

  constructor(file: string, pid: number) {
    super(`process ${pid} is using it (${file}); stop that one, or choose another --name`);
    this.name = "LockedError";
    this.pid = pid;
  }
}

/**
 * Takes a lock file for this process, or throws `LockedError`. The file names the holder by pid, start and boot, so
 * that one whose holder is dead is taken over, also after its pid was given to another process.
 */
export async function takeLock(file: string): Promise<Lock> {
  const own = `${process.pid} ${startOf(process.pid)} ${bootId()}\n`;
  // ends: each round either takes the file, finds a living holder, or removes a dead one
  while (!(await tryCreate(file, own))) await removeStale(file);
  return {
    isHeld: async () => (await readOrNothing(file)) === own,
    release: async () => {
      if ((await readOrNothing(file)) === own) await unlink(file);
    },
  };
}

/** The process that holds the lock; undefined when nobody does. */
export function lockHolder(file: string): number | undefined {
  const found = readIfThere(file);
  return found === undefined ? undefined : livingHolder(found);
}

async function tryCreate(file: string, content: string): Promise<boolean> {
  // Linked into its place complete: nobody ever reads a lock that is not written yet.
  const draft = besideName(file);
  const handle = await open(draft, "w", 0o600);
  try {
    await handle.writeFile(content);
  } finally {
    await handle.close();
  }
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Removes the file of a dead holder; throws when the holder lives. */
async function removeStale(file: string): Promise<void> {
  const found = await readOrNothing(file);
  if (found === undefined) return;
  const pid = livingHolder(found);
  if (pid !== undefined) throw new LockedError(file, pid);
  // Two may find the same stale file: what was moved away is looked at again, and put back if it was another's new lock.
  const aside = besideName(file);
  try {
    await rename(file, aside);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    throw error;
  }
  const moved = await readOrNothing(aside);
  if (moved !== found) await link(aside, file).catch(ignoreExisting);
  await rm(aside, { force: true });
}

function livingHolder(content: string): number | undefined {
  const [pid = "", start = "", boot = ""] = content.trim().split(" ");
  if (!/^\d+$/.test(pid) || boot !== bootId()) return undefined;
  const isAlive = start === NO_START ? answersSignals(Number(pid)) : startOf(Number(pid)) === start;
  return isAlive ? Number(pid) : undefined;
}

let names = 0;
/** A name beside the lock that no other process, and no other call here, uses. */
function besideName(file: string): string {
  names += 1;
  return `${file}.${process.pid}.${names}`;
}

/** Stands for the start of a process where that cannot be told: it is dead, or the system has no `/proc`. */
const NO_START = "-";

/** When a process started, in ticks since boot. */
function startOf(pid: number): string {
  const stat = readProcessStat("", pid);
  return stat === undefined || stat.isDead ? NO_START : stat.start;
}

function answersSignals(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === "EPERM"; // alive, and another user's
  }
}

function bootId(): string {
  return readIfThere("/proc/sys/kernel/random/boot_id")?.trim() ?? "-";
}

async function readOrNothing(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function ignoreExisting(error: unknown): void {
  if (codeOf(error) !== "EEXIST") throw error; // EEXIST: a third has taken it meanwhile
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
