import { spawn } from "node:child_process";
import process from "node:process";
import type { Sent } from "../loop/deliveries.ts";
import type { Message } from "./message.ts";

const TIMEOUT_MS = 60_000;
/** What a command says last is worth keeping when it fails. */
const TAIL_CHARACTERS = 300;
/** What of the server's own environment commands get: nothing of its secrets. */
const PASSED_ON = ["PATH", "HOME", "LANG", "TZ"];

/** What a command is told, and how many characters of what it writes are wanted. */
type Told = { id: string; body: string; message: Message; mostHeard: number };

/**
 * Runs a command without a shell, with the facts in its environment and the payload on its standard input. It is killed after a
 * minute.
 */
export function runCommand(
  [program, ...args]: readonly [string, ...string[]],
  { id, body, message, mostHeard }: Told,
  signal: AbortSignal,
): Promise<Sent> {
  const passed = PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]));
  const facts = Object.entries({ ...message.facts, ALMANAC_DELIVERY_ID: id });
  const env = Object.fromEntries([...passed, ...facts.map(([name, value]) => [name, value.replaceAll("\0", "")])]);
  return new Promise((resolve) => {
    const limit = AbortSignal.timeout(TIMEOUT_MS);
    const child = spawn(program, args, {
      env,
      cwd: "/",
      stdio: ["pipe", mostHeard > 0 ? "pipe" : "ignore", "pipe"],
      signal: AbortSignal.any([signal, limit]),
      killSignal: "SIGKILL",
    });
    let complaint = "";
    let said = ""; // one character more than is wanted tells that there was more
    const hear = (text: string) => (said += text.slice(0, mostHeard + 1 - said.length));
    child.stdout?.setEncoding("utf8").on("data", hear);
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      hear(text);
      complaint = (complaint + text).slice(-TAIL_CHARACTERS);
    });
    child.stdin?.on("error", () => undefined); // it need not read what it is given
    child.stdin?.end(body);
    child.once("error", (error) => {
      const reason = limit.aborted ? `the command was killed after ${TIMEOUT_MS / 1000} s` : startFault(error, program);
      resolve({ isOk: false, reason });
    });
    child.once("close", (code, killedBy) => {
      const text = said.slice(0, mostHeard);
      const heard = mostHeard > 0 && code !== null && { heard: { status: code, text, isCut: said.length > mostHeard } };
      if (code === 0) return resolve({ isOk: true, ...heard });
      const last = complaint.trim().split("\n").at(-1) ?? "";
      const how =
        code === null ? `the command was ended by ${killedBy ?? "a signal"}` : `the command exited with ${code}`;
      return resolve({ isOk: false, reason: last === "" ? how : `${how}: ${last}`, ...heard });
    });
  });
}

function startFault(error: NodeJS.ErrnoException, program: string): string {
  if (error.code === "ENOENT") return `there is no program ${program} on the server`;
  return error.code === "EACCES" ? `the server's user may not run ${program}` : error.message;
}
