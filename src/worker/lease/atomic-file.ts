import { open, rename, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";

/** How a file is written. */
export type WriteOptions = {
  /** True: it is on disk, not only handed to the kernel, when the write resolves. Default false. */
  durable?: boolean;
  /** Permission bits; default 0o600. */
  mode?: number;
};

/** Writes a file so that a reader, or a restart, finds the old or the new content and never a part. One writer at a time. */
export async function writeAtomically(path: string, content: string, options: WriteOptions = {}): Promise<void> {
  const draft = `${path}.new`;
  await withHandle(await open(draft, "w", options.mode ?? 0o600), async (handle) => {
    await handle.writeFile(content);
    if (options.durable === true) await handle.sync();
  });
  await rename(draft, path);
  if (options.durable === true) await syncDirectory(dirname(path));
}

/** Makes the names in a directory durable: a rename is not on disk before this. */
async function syncDirectory(path: string): Promise<void> {
  await withHandle(await open(path, "r"), (handle) => handle.sync());
}

async function withHandle(handle: FileHandle, work: (handle: FileHandle) => Promise<void>): Promise<void> {
  try {
    await work(handle);
  } finally {
    await handle.close();
  }
}
