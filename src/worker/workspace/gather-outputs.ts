import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, link, mkdir, readdir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import picomatch from "picomatch";
import type { OutputGlob } from "../../domain/artifact.ts";
import type { KeptOutput } from "../lease/local-run.ts";
import { removeTree } from "./remove-tree.ts";

/** As many as one report may name. */
const MAX_OUTPUTS = 10_000;

/** The gathered files, by path, and the globs that must match something and do not; or why they could not be: a sentence. */
export type Gathered = { ok: true; outputs: KeptOutput[]; missing: string[] } | { ok: false; reason: string };

/**
 * Puts the files that the globs name aside, out of the work directory, with their sizes and SHA-256.
 * Directories are not followed through symbolic links; a link to a file is taken where that file is inside
 * the work directory. Names that begin with a dot are matched only by globs that say so.
 * @param into made anew
 */
export async function gatherOutputs(work: string, globs: readonly OutputGlob[], into: string): Promise<Gathered> {
  if (globs.length === 0) return { ok: true, outputs: [], missing: [] };
  const matchers = globs.map((one) => ({ ...one, matches: picomatch(one.glob.replace(/^(\.\/)+/, "")) }));
  const isWanted = (path: string) => matchers.some(({ matches }) => matches(path));
  const paths = (await filesBelow(work, "")).filter((path) => isWanted(path)).sort();
  if (paths.length > MAX_OUTPUTS) {
    return { ok: false, reason: `the globs name ${paths.length} files, and at most ${MAX_OUTPUTS} are kept` };
  }
  await removeTree(into);
  await mkdir(into, { recursive: true, mode: 0o700 });
  const root = await realpath(work);
  const outputs: KeptOutput[] = [];
  for (const path of paths) {
    const source = await sourceOf(root, path);
    if (source !== undefined) outputs.push(await putAside(source, path, into, String(outputs.length)));
  }
  const missing = matchers.filter(({ optional, matches }) => !optional && !outputs.some(({ path }) => matches(path)));
  return { ok: true, outputs, missing: missing.map(({ glob }) => glob) };
}

/** Paths of all files and links below a directory, without following links. */
async function filesBelow(root: string, below: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await filesBelow(root, path)));
    else if (entry.isFile() || entry.isSymbolicLink()) found.push(path);
  }
  return found;
}

/** The real file behind a path, if it is a regular one inside the work directory. */
async function sourceOf(root: string, path: string): Promise<string | undefined> {
  const place = await realpath(join(root, path)).catch(ignoreMissing);
  if (place === undefined || !place.startsWith(root + sep)) return undefined;
  return (await stat(place)).isFile() ? place : undefined;
}

function ignoreMissing(error: unknown): undefined {
  // a link to nothing, or in a circle, is not a file
  if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ELOOP"))
    return undefined;
  throw error;
}

async function putAside(source: string, path: string, into: string, file: string): Promise<KeptOutput> {
  const place = join(into, file);
  await link(source, place).catch(() => copyFile(source, place)); // another file system, or one without hard links
  const hash = createHash("sha256");
  await pipeline(createReadStream(place), hash);
  const { size, mode } = await stat(place);
  const isExecutable = (mode & 0o100) !== 0;
  return { path, size, sha256: hash.digest("hex"), file, ...(isExecutable && { executable: true as const }) };
}
