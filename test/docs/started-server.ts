import { spawn } from "node:child_process";
import { once } from "node:events";
import { ROOT } from "./fenced-blocks.ts";

/** A server that was started by a command, as a person starts it. */
export type StartedServer = {
  /** What it printed; the last line is its address. */
  greeting: string;
  url: string;
  close(): Promise<void>;
};

const ADDRESS = /^(http:\/\/\S+)\n/m;

/**
 * Runs a command in the repository's root until it prints an address, in a process group of its own: it is ended in the
 * end as Ctrl-C ends what a person started, because npm does not pass a signal on that it alone was sent.
 */
export async function startServer(command: readonly string[], env: NodeJS.ProcessEnv): Promise<StartedServer> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  let greeting = "";
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaints += text));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      greeting += text;
      const address = ADDRESS.exec(greeting)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`${command.join(" ")} ended with ${code}: ${complaints}`)));
  });
  return {
    greeting,
    url,
    async close() {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "close"); // when nobody holds its output any more, all of it has ended
      process.kill(-child.pid, "SIGINT");
      await ended;
    },
  };
}
