import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, type Client } from "../../src/client/client.ts";
import { readServerRecord } from "../../src/client/home.ts";

/** The command, as users call it. */
export const ALMANAC = join(import.meta.dirname, "../../bin/almanac");

/** A real process of the command, with what it has printed so far. */
export type Program = {
  readonly pid: number;
  /** Resolves with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Resolves when its standard output has a line that matches. */
  printed(pattern: RegExp): Promise<string>;
  output(): string;
  kill(signal: NodeJS.Signals): Promise<void>;
};

/** Starts the command with the home given. */
export function start(home: string, ...args: string[]): Program {
  const child = spawn(ALMANAC, args, {
    env: { ...process.env, ALMANAC_HOME: home, ALMANAC_URL: "", ALMANAC_TOKEN: "", NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return programOf(child);
}

function programOf(child: ChildProcess): Program {
  let text = "";
  const watchers = new Set<() => void>();
  const collect = (chunk: Buffer) => {
    text += chunk.toString();
    for (const watcher of watchers) watcher();
  };
  child.stdout!.on("data", collect); // piped: see the start
  child.stderr!.on("data", collect);
  const ended = once(child, "exit").then(([code, signal]) => (signal ?? code) as number | NodeJS.Signals);
  return {
    pid: child.pid!, // the command exists, so it was started
    ended,
    output: () => text,
    async printed(pattern) {
      const found = new Promise<string>((resolve) => {
        const look = () => {
          const match = pattern.exec(text);
          if (match === null) return;
          watchers.delete(look);
          resolve(match[0]);
        };
        watchers.add(look);
        look();
      });
      const early = ended.then((end) => Promise.reject(new Error(`it ended (${end}) before ${pattern}:\n${text}`)));
      return Promise.race([found, early]);
    },
    async kill(signal) {
      child.kill(signal);
      await ended;
    },
  };
}

/** A home of its own for a test, deleted at its end; everything started with it is killed first. */
export type Place = {
  readonly home: string;
  start(...args: string[]): Program;
  /** Runs the command to its end; gives exit code and standard output and error together. */
  run(...args: string[]): Promise<{ code: number | NodeJS.Signals; output: string }>;
  /** A client of the server of this home. */
  client(): Client;
  close(): Promise<void>;
};

export function makePlace(): Place {
  const home = mkdtempSync(join(tmpdir(), "almanac-e2e-"));
  const programs: Program[] = [];
  const clients: Client[] = [];
  return {
    home,
    start(...args) {
      const program = start(home, ...args);
      programs.push(program);
      return program;
    },
    async run(...args) {
      const program = this.start(...args);
      return { code: await program.ended, output: program.output() };
    },
    client() {
      const { url, token } = readServerRecord(home)!; // the test has started a server in it
      const client = createClient({ url, token });
      clients.push(client);
      return client;
    },
    async close() {
      for (const client of clients) client.close();
      // workers first: without a server they would wait to hand in
      for (const program of programs.toReversed()) await program.kill("SIGKILL");
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("the probe has no port");
  return address.port;
}

/** True while a process of this id runs; one that is dead and only waits to be collected by its parent does not. */
export function isAlive(pid: number): boolean {
  try {
    const state = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.[0];
    return state !== "Z" && state !== "X";
  } catch {
    return false; // there is none
  }
}
