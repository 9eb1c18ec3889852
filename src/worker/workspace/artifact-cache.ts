import { mkdir, open, readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { Content } from "../../domain/artifact.ts";

/** A content that is there, and must not be removed until it is given back. */
export type Borrowed = { file: string; giveBack: () => void };

type Entry = { size: number; borrowers: number };

const DRAFT = "draft-";
const SHA256 = /^[0-9a-f]{64}$/;

/**
 * Contents that this worker has fetched, so that each is fetched once for all runs that are given it. Those that were not
 * used for longest make room for others; it is never larger than its bound.
 */
export class ArtifactCache {
  readonly #directory: string;
  readonly #capBytes: number;
  /** Those that are there, the one that was used last at the end. */
  readonly #entries = new Map<string, Entry>();
  readonly #coming = new Map<string, Promise<boolean>>();
  /** Of those that are there and those that are coming. */
  #bytes = 0;
  #drafts = 0;

  private constructor(directory: string, capBytes: number) {
    this.#directory = directory;
    this.#capBytes = capBytes;
  }

  /** Opens the cache that a worker before this one left, or an empty one. */
  static async open(directory: string, capBytes: number): Promise<ArtifactCache> {
    const cache = new ArtifactCache(directory, capBytes);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const found: { name: string; size: number; usedMs: number }[] = [];
    for (const name of await readdir(directory)) {
      const { size, mtimeMs } = await stat(join(directory, name));
      if (SHA256.test(name)) found.push({ name, size, usedMs: mtimeMs });
      else await rm(join(directory, name), { recursive: true, force: true });
    }
    found.sort((a, b) => a.usedMs - b.usedMs);
    for (const { name, size } of found) {
      cache.#entries.set(name, { size, borrowers: 0 });
      cache.#bytes += size;
    }
    await cache.#makeRoom(0);
    return cache;
  }

  /** How much it holds, bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Lends a content, fetched first when it is not there; undefined when there is no room for it.
   * @param fetch writes the content to a new file and has checked it
   */
  async borrow(content: Content, fetch: (file: string) => Promise<void>): Promise<Borrowed | undefined> {
    // ends: with what is there, for want of room, or with a fault of this caller's own fetching
    for (;;) {
      const lent = await this.#lend(content);
      if (lent !== undefined) return lent;
      const coming = this.#coming.get(content.sha256);
      if (coming === undefined) {
        if (!(await this.#bring(content, fetch))) return undefined;
      } else {
        // another's fault, such as the end of its run, is not this caller's
        await coming.catch(() => false);
      }
    }
  }

  async #lend({ sha256, size }: Content): Promise<Borrowed | undefined> {
    const entry = this.#entries.get(sha256);
    if (entry === undefined) return undefined;
    if (entry.size !== size) {
      // a power loss may cut a file short
      await this.#remove(sha256, entry);
      return undefined;
    }
    entry.borrowers += 1;
    this.#entries.delete(sha256);
    this.#entries.set(sha256, entry);
    const file = join(this.#directory, sha256);
    const now = new Date();
    await utimes(file, now, now);
    return { file, giveBack: () => void (entry.borrowers -= 1) };
  }

  /** Fetches a content; false when there is no room for it. Others that want it wait for this. */
  #bring(content: Content, fetch: (file: string) => Promise<void>): Promise<boolean> {
    const coming = this.#bringNow(content, fetch).finally(() => this.#coming.delete(content.sha256));
    this.#coming.set(content.sha256, coming);
    return coming;
  }

  async #bringNow({ sha256, size }: Content, fetch: (file: string) => Promise<void>): Promise<boolean> {
    if (!(await this.#makeRoom(size))) return false;
    this.#bytes += size;
    this.#drafts += 1;
    const draft = join(this.#directory, `${DRAFT}${this.#drafts}`);
    try {
      await fetch(draft);
      await syncFile(draft);
      await rename(draft, join(this.#directory, sha256));
    } catch (error) {
      this.#bytes -= size;
      await rm(draft, { force: true });
      throw error;
    }
    this.#entries.set(sha256, { size, borrowers: 0 });
    return true;
  }

  /** Removes what was not used for longest until so much more fits in; false when it never will. */
  async #makeRoom(size: number): Promise<boolean> {
    if (size > this.#capBytes) return false;
    for (const [sha256, entry] of this.#entries) {
      if (this.#bytes + size <= this.#capBytes) break;
      if (entry.borrowers === 0) await this.#remove(sha256, entry);
    }
    return this.#bytes + size <= this.#capBytes;
  }

  async #remove(sha256: string, entry: Entry): Promise<void> {
    this.#entries.delete(sha256);
    this.#bytes -= entry.size;
    await rm(join(this.#directory, sha256), { force: true });
  }
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
