import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A program of `programs/`, in a process of its own. */
export type Program = {
  process: ChildProcess;
  /** What it has printed so far, by lines. */
  lines: string[];
  /** Resolves when so many lines have been printed; rejects when it ends before. */
  printed(count: number): Promise<void>;
  /** Ends it with the signal, and waits for its end and for the rest of what it printed. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Waits for its end; rejects unless it ended well. */
  ended(): Promise<void>;
};

/** Starts a program with the Node that runs the tests. */
export function runProgram(name: "writer" | "leader" | "appender", ...args: string[]): Program {
  const file = fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, [file, ...args], { stdio: ["pipe", "pipe", "pipe"] });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (line) => lines.push(line));
  const closed = once(child, "close");
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
  return {
    process: child,
    lines,
    printed: (count) =>
      new Promise((resolve, reject) => {
        const look = () => void (lines.length >= count && resolve());
        reader.on("line", look);
        child.once("exit", () => reject(new Error(`${name} ended after ${lines.length} lines: ${complaint}`)));
        look();
      }),
    async kill(signal) {
      child.kill(signal);
      await closed;
    },
    async ended() {
      await closed;
      if (child.exitCode !== 0)
        throw new Error(`${name} ended with ${child.exitCode ?? child.signalCode}: ${complaint}`);
    },
  };
}
