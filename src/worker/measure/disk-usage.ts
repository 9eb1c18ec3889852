import { lstatSync, readdirSync, type Stats } from "node:fs";

const BLOCK_BYTES = 512; // st_blocks counts these on every Linux file system

/** What a walk costs is bounded by giving the event loop back after this long. */
const SLICE_MS = 4;

/**
 * Disk taken by everything below a directory, as `du` counts it: allocated blocks, hard links once, other file
 * systems left out. Gives the event loop back every few milliseconds. Files that come and go are no error.
 */
export async function diskUsage(directory: string): Promise<number> {
  const walk = walkDisk(directory);
  // ends: the walk is over a finite tree
  for (;;) {
    const total = walkFor(walk, SLICE_MS);
    if (total !== undefined) return total;
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** A walk in progress: give it to `walkFor` until that answers. */
export function* walkDisk(directory: string): Generator<undefined, number> {
  const top = statIfThere(directory);
  if (top === undefined) return 0;
  const seenLinks = new Set<string>();
  const queue = [directory];
  let bytes = top.blocks * BLOCK_BYTES;
  // ends: directories form a tree, symbolic links are not followed
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    for (const name of namesIn(path)) {
      const stats = statIfThere(`${path}/${name}`);
      if (stats === undefined || stats.dev !== top.dev || isSeenLink(stats, seenLinks)) continue;
      bytes += stats.blocks * BLOCK_BYTES;
      if (stats.isDirectory()) queue.push(`${path}/${name}`);
      yield undefined;
    }
  }
  return bytes;
}

/** Goes on with a walk for at most so long; the total when it is finished. */
export function walkFor(walk: Generator<undefined, number>, sliceMs: number): number | undefined {
  const endMs = performance.now() + sliceMs;
  // ends: by the clock or with the walk
  for (let count = 0; ; count += 1) {
    const step = walk.next();
    if (step.done === true) return step.value;
    if (count % 64 === 63 && performance.now() > endMs) return undefined;
  }
}

function isSeenLink(stats: Stats, seen: Set<string>): boolean {
  if (stats.nlink < 2 || stats.isDirectory()) return false;
  const identity = `${stats.dev}:${stats.ino}`;
  if (seen.has(identity)) return true;
  seen.add(identity);
  return false;
}

function statIfThere(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return []; // deleted since it was listed, or the run took away our right to look
  }
}
