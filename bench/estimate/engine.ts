import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { estimateResource } from "../../src/estimate/estimate.ts";
import { learn } from "../../src/estimate/learn.ts";

/** The estimator: as it is, or a copy of it with other constants. */
export type Engine = { estimateResource: typeof estimateResource; learn: typeof learn };

/** A constant of a file in `src/estimate`, and the text of another value for it. */
export type Constant = { file: string; name: string; value: string };

export const ENGINE: Engine = { estimateResource, learn };

const SOURCE = join(import.meta.dirname, "../../src");

/**
 * The estimator with these constants changed: a copy of its sources in a temporary folder, gone when it has been read. Nothing
 * in the estimator itself has to be adjustable for the bench.
 */
export async function engineWith(constants: readonly Constant[]): Promise<Engine> {
  if (constants.length === 0) return ENGINE;
  const folder = mkdtempSync(join(tmpdir(), "almanac-engine-"));
  try {
    for (const part of ["domain", "estimate"]) cpSync(join(SOURCE, part), join(folder, part), { recursive: true });
    for (const constant of constants) change(folder, constant);
    const moduleOf = (name: string): Promise<unknown> => import(pathToFileURL(join(folder, "estimate", name)).href);
    // Copies of the modules of the same names, with the same exports.
    const [learning, estimating] = (await Promise.all([moduleOf("learn.ts"), moduleOf("estimate.ts")])) as [
      { learn: typeof learn },
      { estimateResource: typeof estimateResource },
    ];
    return { learn: learning.learn, estimateResource: estimating.estimateResource };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function change(folder: string, { file, name, value }: Constant): void {
  const path = join(folder, "estimate", file);
  const before = readFileSync(path, "utf8");
  const after = before.replace(new RegExp(`const ${name} = [^;]+;`), `const ${name} = ${value};`);
  if (after === before) throw new Error(`${file} has no constant ${name} with another value than ${value}`);
  writeFileSync(path, after);
}
