import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Finding } from "../../../src/worker/measure/meter.ts";
import type { EndedRun } from "../../../src/worker/run/run-spec.ts";
import { freshDirectory, isThere, meters, processesWith, until } from "./run-command.ts";

const measured = join(import.meta.dirname, "../../fixtures/programs/measured.ts");
const hasTerminal = spawnSync("script", ["--version"]).status === 0;

type Result = EndedRun & { findings: Finding[]; listeners: [string, number][] };

function ended(program: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => {
    program.once("close", resolve);
  });
}

/** Runs the measuring program on a terminal of its own, types, and gives what the terminal showed. */
async function atTerminal(
  method: string,
  script: string,
  type: (terminal: ChildProcess, directory: string) => Promise<void>,
): Promise<{ shown: string; result: Result }> {
  const directory = freshDirectory();
  const result = join(directory, "result");
  const command = `${process.execPath} ${measured} /bin/sh ${directory}/script`;
  spawnSync("tee", [join(directory, "script")], { input: script });
  const terminal = spawn("script", ["-qec", command, "/dev/null"], {
    env: { ...process.env, METHOD: method, RESULT: result, HERE: directory, SHELL: "/bin/sh" },
  });
  let shown = "";
  terminal.stdout.on("data", (chunk: Buffer) => (shown += chunk.toString()));
  await type(terminal, directory);
  await ended(terminal);
  // written by the program in this form
  return { shown, result: JSON.parse(readFileSync(result, "utf8")) as Result };
}

describe.each(meters)("a command that inherits our input and output, measured by $method", ({ method }) => {
  /** Starts the measuring program; `result()` is what it left. */
  function start(script: string): {
    program: ChildProcess;
    directory: string;
    output: () => string;
    result: () => Result;
  } {
    const directory = freshDirectory();
    const result = join(directory, "result");
    const program = spawn(process.execPath, [measured, "/bin/sh", "-c", script], {
      env: { ...process.env, METHOD: method, RESULT: result, HERE: directory },
    });
    let output = "";
    program.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    // written by the program in this form
    return {
      program,
      directory,
      output: () => output,
      result: () => JSON.parse(readFileSync(result, "utf8")) as Result,
    };
  }

  it("reads what we are given and writes where we write", async () => {
    const { program, output, result } = start('read line; echo "got $line"');
    program.stdin?.end("hello\n");
    await ended(program);
    expect(output()).toBe("got hello\n");
    expect(result().outcome).toEqual({ kind: "exited", code: 0 });
  });

  it.each(["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1"] as const)("gets a %s that is sent to us", async (signal) => {
    const name = signal.slice(3);
    const { program, directory, output, result } = start(
      `trap 'echo ${name}; exit 7' ${name}; touch $HERE/ready; while :; do sleep 0.02; done`,
    );
    await until("the command is ready", () => isThere(directory, "ready"));
    program.kill(signal);
    await ended(program);
    expect(output()).toBe(`${name}\n`);
    expect(result().outcome).toEqual({ kind: "exited", code: 7 });
  });

  it("leaves no listener for signals behind", async () => {
    const { program, result } = start("true");
    await ended(program);
    expect(result().listeners.filter(([name]) => name.startsWith("SIG"))).toEqual([]);
  });

  it("has what outlives it killed", async () => {
    const mark = `32.${process.pid}2`;
    const { program, result } = start(`setsid sleep ${mark} & exit 0`);
    await ended(program);
    expect(result().measurement.left_behind).toBe(1);
    expect(processesWith(`sleep\0${mark}`)).toEqual([]);
  });

  describe.skipIf(!hasTerminal)("at a terminal (needs script)", () => {
    it("is in the foreground: it sees a terminal and may read from it", async () => {
      const { shown, result } = await atTerminal(
        method,
        'test -t 0 && test -t 1 && echo terminal; touch $HERE/ready; read line; echo "got $line"',
        async (terminal, directory) => {
          await until("the command is ready", () => isThere(directory, "ready"));
          terminal.stdin?.write("hello\n");
        },
      );
      expect(shown.replaceAll("\r", "")).toBe("terminal\nhello\ngot hello\n");
      expect(result.outcome).toEqual({ kind: "exited", code: 0 });
    });

    it("gets one Ctrl-C once, and we outlive it to tell", async () => {
      const { shown, result } = await atTerminal(
        method,
        "trap 'echo INT' INT; touch $HERE/ready; for i in 1 2 3 4 5; do sleep 0.1; done; exit 5",
        async (terminal, directory) => {
          await until("the command is ready", () => isThere(directory, "ready"));
          terminal.stdin?.write("\x03");
        },
      );
      expect(shown.match(/INT/g)).toEqual(["INT"]);
      expect(result.outcome).toEqual({ kind: "exited", code: 5 });
    });

    it("that dies of Ctrl-C is signalled", async () => {
      const { result } = await atTerminal(method, "touch $HERE/ready; exec sleep 30", async (terminal, directory) => {
        await until("the command is ready", () => isThere(directory, "ready"));
        terminal.stdin?.write("\x03");
      });
      expect(result.outcome).toEqual({ kind: "signalled", signal: "SIGINT" });
    });
  });
});
