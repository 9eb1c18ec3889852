import type { Command } from "commander";
import { createClient, type Client } from "../../client/client.ts";
import { AppError } from "../../contract/errors.ts";
import type { Cli } from "../cli.ts";
import { findServer } from "../find-server.ts";
import { buildProgram, loadCommand } from "../program.ts";
import { sanitizeText } from "../terminal/sanitize.ts";

/** What could be typed, and what it means. */
export type Candidate = { word: string; note: string };

/** What could stand in the place of the last word. Never fails: without a server there are fewer. */
export async function candidates(cli: Cli, words: readonly string[]): Promise<Candidate[]> {
  const typed = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  if (before.includes("--")) return []; // a command of the user's own
  const { command, operands } = await commandOf(cli, before);
  const all = typed.startsWith("-") ? optionsOf(command) : await wordsFor(cli, command, operands, before.at(-1) ?? "");
  return all.filter(({ word }) => word.startsWith(typed));
}

/** The command that the words before have reached, with its own options loaded. */
async function commandOf(cli: Cli, before: readonly string[]): Promise<{ command: Command; operands: string[] }> {
  let command = buildProgram(cli);
  const operands: string[] = [];
  for (const word of before) {
    if (word.startsWith("-")) continue;
    const next = command.commands.find((sub) => sub.name() === word || sub.aliases().includes(word));
    if (next === undefined) {
      operands.push(word);
      continue;
    }
    if (command.parent === null) await loadCommand(next, cli);
    command = next;
  }
  return { command, operands };
}

function optionsOf(command: Command): Candidate[] {
  const visible = command.createHelp().visibleOptions(command);
  return visible.flatMap(({ long, description }) =>
    long === undefined || long === null ? [] : [{ word: long, note: description }],
  );
}

async function wordsFor(cli: Cli, command: Command, operands: string[], previous: string): Promise<Candidate[]> {
  const option = command.options.find(
    ({ long, short }) => previous !== "" && (long === previous || short === previous),
  );
  if (option?.argChoices !== undefined) return option.argChoices.map((word) => ({ word, note: "" }));
  const subcommands = command
    .createHelp()
    .visibleCommands(command)
    .filter((sub) => sub.name() !== "help");
  if (subcommands.length > 0)
    return subcommands.map((sub) => ({ word: sub.name(), note: sub.summary() || sub.description() }));
  const argument = command.registeredArguments[Math.min(operands.length, command.registeredArguments.length - 1)];
  if (argument?.argChoices !== undefined) return argument.argChoices.map((word) => ({ word, note: "" }));
  const source = command.parent?.name() === "worker" ? workers : SOURCES[command.name()];
  return source === undefined ? [] : fromServer(cli, source);
}

type Source = (client: Client) => Promise<Candidate[]>;

const requests: Source = async (client) => {
  const { items } = await client.call("listWorkRequests", { query: { limit: 50 } });
  return items.map((request) => ({
    word: String(request.id),
    note: sanitizeText(`${request.task_name} ${request.subject} (${request.result ?? request.status})`),
  }));
};

const tasks: Source = async (client) => {
  const { items } = await client.call("listWorkRequests", { query: { limit: 1000 } });
  return [...new Set(items.map((request) => request.task_name))].map((word) => ({ word, note: "" }));
};

const workers: Source = async (client) => {
  const answer = await client.call("listWorkers");
  return answer.workers.map((worker) => ({ word: worker.worker_name, note: worker.state }));
};

const SOURCES: Record<string, Source> = {
  show: requests,
  log: requests,
  why: requests,
  diff: requests,
  wait: requests,
  watch: requests,
  abort: requests,
  retry: requests,
  verdict: requests,
  unblock: requests,
  history: tasks,
  tasks,
  estimate: tasks,
  accuracy: tasks,
  advise: tasks,
};

/** A person waits for the next key: a server that does not answer at once is left alone. */
const PATIENCE_MS = 1000;

async function fromServer(cli: Cli, source: Source): Promise<Candidate[]> {
  const address = findServer({}, cli.env);
  if (address === undefined) return [];
  const client = createClient({ url: address.url, token: address.token, attempts: 1 });
  const late = new Promise<Candidate[]>((resolve) => setTimeout(() => resolve([]), PATIENCE_MS).unref());
  try {
    return await Promise.race([source(client), late]);
  } catch (error) {
    if (error instanceof AppError) return []; // completion is no place to tell of it
    throw error;
  }
}
