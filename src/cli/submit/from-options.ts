import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { REACTION_KINDS } from "../../domain/reaction.ts";
import type { TaskType } from "../../domain/task.ts";
import { usageError } from "../failure.ts";

/** The options of `submit` that describe one work request. */
export type RequestOptions = {
  task?: string;
  data?: string[];
  type?: TaskType;
  workflow?: string;
  subject?: string;
  context?: string;
  name?: string;
  memory?: number;
  disk?: number;
  cpus?: number;
  time?: number;
  tag?: string[];
  priority?: number;
  after?: string[];
  script?: string;
  env?: string[];
  file?: string[];
  output?: string[];
  outputIfAny?: string[];
  input?: string[];
  cwd?: string;
  allowFailure?: boolean;
  failOn?: string;
  on?: string[];
  manual?: boolean;
  /** `--no-trusted` makes it false. */
  trusted?: boolean;
  expireAfter?: number;
};

/** One work request as it is submitted; the server fills in what is absent. */
export function requestFromOptions(options: RequestOptions, command: readonly string[]): Record<string, unknown> {
  const taskData = taskDataOf(options, command);
  if (options.workflow !== undefined && (options.task !== undefined || taskData?.["command"] !== undefined)) {
    throw usageError("--workflow stands for itself: give it neither --task nor a command.", EXAMPLE);
  }
  return withoutAbsent({
    name: options.name,
    task_type: options.workflow === undefined ? options.type : "workflow",
    task_name: options.workflow ?? options.task ?? defaultTask(options, command),
    subject: options.subject,
    context: options.context,
    task_data: taskData,
    requirements: requirementsOf(options),
    priority: options.priority,
    depends_on: dependenciesOf(options.after),
    inputs: options.input?.map(inputEntry),
    unblock_strategy: options.manual === true ? "manual" : undefined,
    allow_failure: options.allowFailure,
    fail_on: options.failOn,
    reactions: options.on && reactionsFrom(options.on),
    trusted: options.trusted === false ? false : undefined,
    expire_after: options.expireAfter,
  });
}

/** The task of a command that names none: the command's own name, as for `almanac run`. */
function defaultTask(options: RequestOptions, command: readonly string[]): string {
  const [program] = command;
  if (program !== undefined) return basename(program);
  if (options.script !== undefined) return "script";
  throw usageError("there is nothing to submit: no command, no --script, no --task and no file.", EXAMPLE);
}

const EXAMPLE = "For example: almanac submit --task build --subject hello -- make -j4";

function taskDataOf(options: RequestOptions, command: readonly string[]): Record<string, unknown> | undefined {
  if (options.script !== undefined && command.length > 0) {
    throw usageError("give a command after -- or a --script, not both.", EXAMPLE);
  }
  const data = withoutAbsent({
    ...dataOf(options.data),
    command: command.length > 0 ? [...command] : undefined,
    script: options.script,
    env: options.env && Object.fromEntries(options.env.map(environmentEntry)),
    files: options.file && Object.fromEntries(options.file.map(fileEntry)),
    outputs: outputsOf(options),
    cwd: options.cwd,
  });
  return Object.keys(data).length === 0 ? undefined : data;
}

/** The data of a configured task or workflow, given as `NAME=VALUE`. */
export function dataOf(given: readonly string[] | undefined): Record<string, unknown> {
  return Object.fromEntries((given ?? []).map(dataEntry));
}

function requirementsOf(options: RequestOptions): Record<string, unknown> | undefined {
  const requirements = withoutAbsent({
    memory: options.memory,
    disk_space: options.disk,
    cpu_count: options.cpus,
    duration: options.time,
    tags: options.tag,
  });
  return Object.keys(requirements).length === 0 ? undefined : requirements;
}

/** Numbers of existing requests, as `5`, `#5` or `5,6`; names are for files, where there is something to name. */
function dependenciesOf(after: readonly string[] | undefined): number[] | undefined {
  return after
    ?.flatMap((text) => text.split(","))
    .map((text) => {
      const match = /^[#r]?([1-9]\d{0,15})$/.exec(text.trim());
      if (match === null) throw usageError(`--after: "${text}" is not the number of a work request.`);
      return Number(match[1]);
    });
}

/** Globs that must match something, and those that may match nothing. */
function outputsOf({ output, outputIfAny }: RequestOptions): unknown[] | undefined {
  if (output === undefined && outputIfAny === undefined) return undefined;
  return [...(output ?? []), ...(outputIfAny ?? []).map((glob) => ({ glob, optional: true }))];
}

/** `ID`, `ID:PATTERN`, and before either a directory: `in=12:*.deb`. */
function inputEntry(text: string): Record<string, unknown> {
  const match = /^(?:([^=]+)=)?[#r]?([1-9]\d{0,15})(?::(.+))?$/s.exec(text);
  if (match === null) {
    throw usageError(`--input: "${text}" is not of the form [DIR=]ID[:PATTERN].`, "For example: --input debs=12:*.deb");
  }
  const [, into, id, pattern] = match;
  return withoutAbsent({ from: Number(id), match: pattern, into });
}

/** `NAME=VALUE`. */
function environmentEntry(text: string): [string, string] {
  const equals = text.indexOf("=");
  if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
  throw usageError(`--env: "${text}" is not of the form NAME=VALUE.`);
}

/** `regression=https://…`, as often as needed; the server says what is wrong with an action. */
function reactionsFrom(texts: readonly string[]): Record<string, string[]> {
  const reactions: Record<string, string[]> = {};
  for (const text of texts) {
    const equals = text.indexOf("=");
    const kind = REACTION_KINDS.find((known) => known === `on_${text.slice(0, equals)}`);
    if (kind === undefined) {
      const known = REACTION_KINDS.map((name) => name.slice("on_".length)).join(", ");
      throw usageError(`--on: "${text}" is not of the form WHEN=ACTION.`, `When: ${known}.`);
    }
    reactions[kind] = [...(reactions[kind] ?? []), text.slice(equals + 1)];
  }
  return reactions;
}

/** `NAME=VALUE`, the value as JSON where it is that: `n=3`, `suites=["sid"]`, `package=hello`. */
function dataEntry(text: string): [string, unknown] {
  const equals = text.indexOf("=");
  if (equals <= 0) throw usageError(`--data: "${text}" is not of the form NAME=VALUE.`);
  const value = text.slice(equals + 1);
  try {
    return [text.slice(0, equals), JSON.parse(value)];
  } catch {
    return [text.slice(0, equals), value]; // no JSON: it is meant as text
  }
}

const MAX_FILE_BYTES = 8 * 1024 ** 2;

/** `NAME=PATH`, or `PATH` for a file of the same name; text as it is, other content in base64. */
function fileEntry(text: string): [string, unknown] {
  const equals = text.indexOf("=");
  const path = equals > 0 ? text.slice(equals + 1) : text;
  const name = equals > 0 ? text.slice(0, equals) : basename(path);
  const content = readInput(path);
  const mode = statSync(path).mode & 0o777;
  const isExecutable = (mode & 0o100) !== 0;
  const asText = textOf(content);
  if (asText !== undefined && !isExecutable) return [name, asText];
  const encoded =
    asText === undefined ? { content: content.toString("base64"), encoding: "base64" } : { content: asText };
  return [name, { ...encoded, ...(isExecutable && { mode: 0o755 }) }];
}

function readInput(path: string): Buffer {
  try {
    if (statSync(path).size <= MAX_FILE_BYTES) return readFileSync(path);
  } catch (error) {
    throw usageError(`--file: ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
  throw usageError(
    `--file: ${path} is larger than 8 MiB.`,
    "Small inputs travel with the request; let the command fetch large ones.",
  );
}

function textOf(content: Buffer): string | undefined {
  if (content.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return undefined; // not UTF-8: sent as bytes
  }
}

function withoutAbsent(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
