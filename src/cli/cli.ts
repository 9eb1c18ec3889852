import type { ExitCode } from "./exit-code.ts";

/** The process as commands see it: what they read and where they write. Made once, by `main.ts`. */
export type Cli = {
  /** The arguments after the program's name. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Wall clock, milliseconds since 1970. */
  readonly nowMs: () => number;
  /** What the command ended with. */
  exitCode: ExitCode;
};
