import { watch, type FSWatcher } from "node:fs";
import { basename, dirname } from "node:path";

/** Several writes of one change come close together, milliseconds. */
const GATHER_MS = 100;

/**
 * Calls when one of the files was written. Directories are watched, because many editors replace a file instead of
 * writing into it.
 * @returns ends it
 */
export function watchFiles(files: readonly string[], changed: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const byDirectory = Map.groupBy(files, (file) => dirname(file));
  const watchers = [...byDirectory].map(([directory, inside]) => {
    const names = new Set(inside.map((file) => basename(file)));
    return watchDirectory(directory, (name) => {
      if (name !== null && !names.has(name)) return;
      clearTimeout(timer);
      timer = setTimeout(changed, GATHER_MS);
    });
  });
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}

function watchDirectory(directory: string, changed: (name: string | null) => void): FSWatcher {
  const watcher = watch(directory, { persistent: false }, (_, name) => changed(name));
  watcher.on("error", () => watcher.close()); // the directory is gone: there is nothing to see in it any more
  return watcher;
}
