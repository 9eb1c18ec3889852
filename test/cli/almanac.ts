import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

/** The command, as users call it. */
export const ALMANAC = join(import.meta.dirname, "../../bin/almanac");

/** What a command left. */
export type Done = { code: number | NodeJS.Signals; stdout: string; stderr: string };

/** How a command is called. */
export type Call = {
  input?: string | Buffer;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Enough of a command that would go on: it is ended once its standard output matches. */
  until?: RegExp;
};

/** A home of its own, deleted at the end. */
export type Home = Disposable & {
  readonly path: string;
  /** A file below the home. */
  readonly file: (name: string) => string;
  /** Runs the command to its end, without a terminal. */
  readonly almanac: (args: readonly string[], call?: Call) => Promise<Done>;
};

export function makeHome(): Home {
  const path = mkdtempSync(join(tmpdir(), "almanac-cli-"));
  return {
    path,
    file: (name) => join(path, name),
    almanac: (args, call = {}) => run(args, { ...call, env: { ALMANAC_HOME: path, ...call.env } }),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

async function run(args: readonly string[], { input = "", env, cwd, until }: Call): Promise<Done> {
  const child = spawn(ALMANAC, args, {
    env: { ...process.env, ALMANAC_URL: "", ALMANAC_TOKEN: "", TZ: "UTC", ...env },
    cwd,
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => {}); // a command that does not read its input closes it
  child.stdin.end(input);
  let seen = "";
  child.stdout.on("data", (chunk) => {
    seen += String(chunk);
    if (until?.test(seen) === true) child.kill();
  });
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>, // Node's own signature
  ]);
  return { code: signal ?? code ?? -1, stdout, stderr };
}
