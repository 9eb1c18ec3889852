import type { OutputGlob } from "../domain/artifact.ts";

/** A small input file, written before the command starts. */
export type InputFile = {
  /** Relative to the work directory; stays inside it. */
  path: string;
  content: string;
  encoding: "utf8" | "base64";
  /** Permission bits, such as 0o755. */
  mode?: number;
};

/** What a worker does for one run. */
export type Execution =
  | {
      kind: "command";
      argv: string[];
      /** Added to the clean environment that every run gets. */
      env: Record<string, string>;
      files: InputFile[];
      /** Where the command starts, relative to the work directory. */
      cwd: string;
      /** Globs, relative to the work directory, of files kept with the run. */
      outputs: OutputGlob[];
    }
  /** Ends at once with success, without a process: for tests of everything around it. */
  | { kind: "noop" };
