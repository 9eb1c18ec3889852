import { lstatSync, readdirSync, statSync, type Stats } from "node:fs";

const BLOCK_BYTES = 512; // st_blocks counts these on every Linux file system
const SLASH = Buffer.from("/");

/** The event loop is given back after so long, milliseconds. */
const SLICE_MS = 4;

/**
 * Disk taken by everything below a directory, as `du` counts it: allocated blocks, hard links once, other file
 * systems left out; and by files there that were deleted but are still open in one of the given processes.
 * Gives the event loop back every few milliseconds. Files that come and go meanwhile are no error.
 * @returns bytes; undefined when the directory is not there
 */
export async function diskUsage(directory: string, processes: readonly number[] = []): Promise<number | undefined> {
  const top = statIfThere(Buffer.from(directory));
  if (top === undefined) return undefined;
  const seen = new Set<string>();
  const steps = walk(Buffer.from(directory), top, seen);
  let bytes = top.blocks * BLOCK_BYTES;
  let endMs = performance.now() + SLICE_MS;
  for (const found of steps) {
    bytes += found;
    if (performance.now() < endMs) continue;
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    endMs = performance.now() + SLICE_MS;
  }
  return bytes + openButDeleted(processes, top.dev, seen);
}

/** True when a directory is the top of a file system of its own, so that the file system's figures are its own. */
export function isOwnFileSystem(directory: string): boolean {
  const own = statIfThere(Buffer.from(directory));
  const above = statIfThere(Buffer.from(`${directory}/..`));
  return own !== undefined && above !== undefined && own.dev !== above.dev;
}

/** Gives the bytes of some hundred entries at a time. Paths are bytes: names need not be text. */
function* walk(directory: Buffer, top: Stats, seen: Set<string>): Generator<number> {
  const queue = [directory];
  // ends: directories form a tree, symbolic links are not followed
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    let bytes = 0;
    for (const [index, name] of namesIn(path).entries()) {
      if (index % 256 === 255) {
        yield bytes;
        bytes = 0;
      }
      const entry = Buffer.concat([path, SLASH, name]);
      const stats = statIfThere(entry);
      if (stats === undefined || stats.dev !== top.dev) continue;
      if (stats.isDirectory()) queue.push(entry);
      else if (stats.nlink > 1 && !isFirst(stats, seen)) continue;
      bytes += stats.blocks * BLOCK_BYTES;
    }
    yield bytes;
  }
}

/** A deleted file keeps its blocks as long as somebody has it open; no directory shows it any more. */
function openButDeleted(processes: readonly number[], device: number, seen: Set<string>): number {
  let bytes = 0;
  for (const pid of processes) {
    for (const name of namesIn(Buffer.from(`/proc/${pid}/fd`))) {
      const stats = openFile(`/proc/${pid}/fd/${name.toString("latin1")}`);
      if (stats?.nlink !== 0 || stats.dev !== device || !isFirst(stats, seen)) continue;
      bytes += stats.blocks * BLOCK_BYTES;
    }
  }
  return bytes;
}

function isFirst(stats: Stats, seen: Set<string>): boolean {
  const identity = `${stats.dev}:${stats.ino}`;
  if (seen.has(identity)) return false;
  seen.add(identity);
  return true;
}

function statIfThere(path: Buffer): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // the run took away our right to look, or replaced a directory by a file meanwhile
  }
}

function openFile(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined; // closed meanwhile, or another user's process
  }
}

function namesIn(path: Buffer): Buffer[] {
  try {
    return readdirSync(path, { encoding: "buffer" });
  } catch {
    return []; // deleted since it was listed, or not allowed
  }
}
