import { accessSync, closeSync, constants, openSync, readSync, statSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { errorEntry, type ErrorDetails } from "../../contract/errors.ts";
import type { WorkRequestError } from "../../domain/output-data.ts";

/** The file that a command's name means, or why it cannot be started. */
export type FoundCommand = { path: string } | { error: WorkRequestError };

type Place = { cwd: string; env: Readonly<Record<string, string>> };

/** Looks a program up as the shell would: by `PATH`, or by its path from the working directory. */
export function findCommand(name: string | undefined, { cwd, env }: Place): FoundCommand {
  if (name === undefined || name === "")
    return { error: startError("command-not-found", "the command is empty", { command: "" }) };
  if (!isDirectory(cwd))
    return { error: startError("start-failed", `the working directory ${cwd} is not there`, { cwd }) };
  if (name.includes("/")) return checked(isAbsolute(name) ? name : resolve(cwd, name), name);
  const path = env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin";
  for (const directory of path.split(":")) {
    const candidate = resolve(cwd, directory === "" ? "." : directory, name);
    if (isExecutableFile(candidate)) return { path: candidate };
  }
  return { error: startError("command-not-found", `no program ${name} in PATH (${path})`, { command: name }) };
}

/**
 * Why the kernel would refuse to start a file that may be executed: for a run that ended with the shell's
 * codes 126 and 127. Undefined when nothing is wrong with it, so the code was the command's own.
 */
export function whyNotStartable(path: string): WorkRequestError | undefined {
  const head = headOf(path);
  if (head === undefined) return startError("start-failed", `${path} cannot be read any more`, { command: path });
  const interpreter = /^#! *([^ \t\n\0]+)/.exec(head)?.[1] ?? elfInterpreter(head);
  if (interpreter !== undefined && !isExecutableFile(interpreter)) {
    const message = `${path} needs ${interpreter}, which is not there or may not be executed`;
    return startError("start-failed", message, { command: path, interpreter });
  }
  if (/^(#!|\x7fELF)/.test(head) ? isForeignElf(head) : head.includes("\0")) {
    return startError("start-failed", `${path} is no program for this machine`, { command: path });
  }
  return undefined;
}

type StartErrorCode =
  "command-not-found" | "start-failed" | "measuring-failed" | "worker-disk-full" | "worker-out-of-memory";

/** An entry for `start_failed`. */
export function startError(code: StartErrorCode, reason: string, details: ErrorDetails): WorkRequestError {
  return errorEntry(code, { ...details, reason });
}

function checked(path: string, name: string): FoundCommand {
  if (isExecutableFile(path)) return { path };
  const exists = statSync(path, { throwIfNoEntry: false }) !== undefined;
  if (!exists) return { error: startError("command-not-found", `no program at ${name}`, { command: name }) };
  return { error: startError("start-failed", `${name} is not a program that may be executed`, { command: name }) };
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false; // absent, or not allowed: both mean that it cannot be started
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function headOf(path: string): string | undefined {
  try {
    const descriptor = openSync(path, "r");
    const bytes = Buffer.alloc(4096);
    const length = readSync(descriptor, bytes);
    closeSync(descriptor);
    return bytes.toString("latin1", 0, length);
  } catch {
    return undefined;
  }
}

const ELF_MACHINES: Record<string, number> = { x64: 62, arm64: 183 };

function isForeignElf(head: string): boolean {
  const expected = ELF_MACHINES[process.arch];
  if (!head.startsWith("\x7fELF") || expected === undefined) return false;
  return head.length < 64 || head.codePointAt(18) !== expected;
}

/** The loader named in a 64-bit little-endian ELF file (program header of type 3), if it is in the first page. */
function elfInterpreter(head: string): string | undefined {
  const bytes = Buffer.from(head, "latin1");
  if (!head.startsWith("\x7fELF\x02\x01") || isForeignElf(head)) return undefined;
  const table = Number(bytes.readBigUInt64LE(32));
  const size = bytes.readUInt16LE(54);
  for (let index = 0; index < bytes.readUInt16LE(56); index += 1) {
    const at = table + index * size;
    if (at + 40 > bytes.length) return undefined;
    if (bytes.readUInt32LE(at) !== 3) continue;
    const from = Number(bytes.readBigUInt64LE(at + 8));
    return head.slice(from, head.indexOf("\0", from)) || undefined;
  }
  return undefined;
}
