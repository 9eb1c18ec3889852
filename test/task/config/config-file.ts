import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A configuration in a directory of its own, deleted at the end. */
export type ConfigFile = Disposable & {
  readonly file: string;
  readonly directory: string;
  /** Replaces its text. */
  write(body: string): void;
};

/** Writes a configuration; `body` comes after the import of everything there is. */
export function writeConfig(body: string): ConfigFile {
  const directory = mkdtempSync(join(tmpdir(), "almanac-config-"));
  const file = join(directory, "almanac.config.ts");
  const write = (text: string) =>
    writeFileSync(
      file,
      `import { defineConfig, defineTask, defineWorkflow, TaskDataError, TransientError, z } from "almanac";\n${text}`,
    );
  write(body);
  return { file, directory, write, [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) };
}
