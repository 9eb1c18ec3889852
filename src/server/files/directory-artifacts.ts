import { randomUUID } from "node:crypto";
import { open as openFile, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { artifactKey, checked, contentMissing, type ArtifactFiles } from "./artifact-files.ts";

/** A draft that nobody has written to for so long is of a server that was killed. */
const DRAFT_MS = 24 * 3_600_000;

/** Keeps contents below a directory of its own. */
export function createDirectoryArtifacts(root: string, nowMs: () => number): ArtifactFiles {
  const drafts = join(root, "drafts");
  return {
    async put(artifact, body) {
      const draft = join(drafts, randomUUID());
      const place = join(root, artifactKey(artifact));
      await mkdir(drafts, { recursive: true, mode: 0o700 });
      await mkdir(dirname(place), { recursive: true, mode: 0o700 });
      try {
        await writeDurably(draft, checked(artifact, body));
        await rename(draft, place);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
      await syncDirectory(dirname(place));
    },
    async read(artifact) {
      const handle = await openFile(join(root, artifactKey(artifact)), "r").catch((error: unknown) => {
        throw isMissing(error) ? contentMissing(artifact) : error;
      });
      return handle.createReadStream();
    },
    async remove(artifact) {
      await rm(join(root, artifactKey(artifact)), { force: true });
    },
    removeDrafts: () => removeOldDrafts(drafts, nowMs() - DRAFT_MS),
  };
}

async function writeDurably(file: string, body: AsyncIterable<Uint8Array>): Promise<void> {
  const handle = await openFile(file, "wx", 0o600);
  try {
    for await (const bytes of body) await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A renamed file is there after a power loss only when its directory is on disk. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await openFile(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeOldDrafts(drafts: string, beforeMs: number): Promise<void> {
  const names = await readdir(drafts).catch((error: unknown) => {
    if (isMissing(error)) return []; // nothing was ever put
    throw error;
  });
  for (const name of names) {
    const file = join(drafts, name);
    const found = await stat(file).catch((error: unknown) => {
      if (isMissing(error)) return undefined; // it has just become a content
      throw error;
    });
    if (found !== undefined && found.mtimeMs < beforeMs) await rm(file, { force: true });
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
