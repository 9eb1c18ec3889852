import { spawn } from "node:child_process";
import { once } from "node:events";
import { ALMANAC } from "./almanac.ts";

/** A server with its worker, started by `almanac up`. */
export type Up = {
  pid: number;
  output(): string;
  /** What it says beside the greeting. */
  errors(): string;
  /** Ends it as Ctrl-C does; gives its exit code. */
  stop(): Promise<number | null>;
  kill(): Promise<void>;
};

/** Starts `almanac up` on a free port and waits for the end of its greeting. */
export async function startUp(home: string, ...args: string[]): Promise<Up> {
  const child = spawn(ALMANAC, ["up", "--port", "0", ...args], {
    env: { ...process.env, ALMANAC_HOME: home, ALMANAC_URL: "", ALMANAC_TOKEN: "", NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (texts.stdout += String(chunk)));
  child.stderr.on("data", (chunk) => (texts.stderr += String(chunk)));
  const ended = once(child, "close") as Promise<[number | null]>; // Node's own signature
  while (!/^http:\S+\n$/m.test(texts.stdout)) {
    const next = await Promise.race([once(child.stdout, "data"), ended.then(() => undefined)]);
    if (next === undefined) throw new Error(`almanac up ended:\n${texts.stdout}${texts.stderr}`);
  }
  return {
    pid: child.pid!, // it has spoken, so it was started
    output: () => texts.stdout,
    errors: () => texts.stderr,
    stop: async () => {
      child.kill("SIGINT");
      return (await ended)[0];
    },
    kill: async () => {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}
