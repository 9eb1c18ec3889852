import type { Command } from "commander";
import type { Cli } from "./cli.ts";

/** What a command's file exports: adds its arguments, options and action to the empty command of its name. */
export type CommandModule = { define(command: Command, cli: Cli): void };

/** One command, known by name before its file is loaded. */
export type CommandEntry = {
  name: string;
  aliases?: readonly string[];
  group: string;
  summary: string;
  /** Left out of the list of commands. */
  isHidden?: boolean;
  load(): Promise<CommandModule>;
};

const WORK = "Work:";
const HISTORY = "History:";
const HERE = "Without a server:";
const SERVER = "Server and workers:";

/** Every command, in the order of the help. Files are loaded only when their command is used. */
export const COMMANDS: readonly CommandEntry[] = [
  { name: "submit", group: WORK, summary: "ask for work", load: () => import("./commands/submit.ts") },
  { name: "ls", group: WORK, summary: "list work requests", load: () => import("./commands/ls.ts") },
  { name: "show", group: WORK, summary: "one work request with its runs", load: () => import("./commands/show.ts") },
  { name: "log", group: WORK, summary: "what a run wrote", load: () => import("./commands/log.ts") },
  { name: "output", group: WORK, summary: "the files kept with a run", load: () => import("./commands/output.ts") },
  {
    name: "why",
    group: WORK,
    summary: "why it waits, runs where it runs, or ended",
    load: () => import("./commands/why.ts"),
  },
  { name: "diff", group: WORK, summary: "two runs side by side", load: () => import("./commands/diff.ts") },
  {
    name: "fit",
    group: WORK,
    summary: "who could take work that is not yet submitted, and when",
    load: () => import("./commands/fit.ts"),
  },
  { name: "wait", group: WORK, summary: "wait for the end of work requests", load: () => import("./commands/wait.ts") },
  {
    name: "watch",
    group: WORK,
    summary: "follow work requests to their end",
    load: () => import("./commands/watch.ts"),
  },
  {
    name: "abort",
    aliases: ["cancel"],
    group: WORK,
    summary: "end work requests, running ones too",
    load: () => import("./commands/abort.ts"),
  },
  { name: "retry", group: WORK, summary: "make ended work requests again", load: () => import("./commands/retry.ts") },
  {
    name: "workflow",
    aliases: ["wf"],
    group: WORK,
    summary: "graphs of work: look at their plans, and how they stand",
    load: () => import("./commands/workflow.ts"),
  },
  {
    name: "verdict",
    group: WORK,
    summary: "say what an ended work request means",
    load: () => import("./commands/verdict.ts"),
  },
  {
    name: "unblock",
    group: WORK,
    summary: "release work requests that wait for a person",
    load: () => import("./commands/unblock.ts"),
  },
  {
    name: "confirm",
    group: WORK,
    summary: "answer work requests that wait for a person's word",
    load: () => import("./commands/confirm.ts"),
  },
  {
    name: "priority",
    group: WORK,
    summary: "let work requests go earlier or later",
    load: () => import("./commands/priority.ts"),
  },
  {
    name: "schedule",
    group: WORK,
    summary: "work that is submitted again and again",
    load: () => import("./commands/schedule.ts"),
  },
  {
    name: "hook",
    group: WORK,
    summary: "let other programs have work submitted",
    load: () => import("./commands/hook.ts"),
  },
  { name: "history", group: HISTORY, summary: "finished runs of a task", load: () => import("./commands/history.ts") },
  { name: "tasks", group: HISTORY, summary: "how each task goes", load: () => import("./commands/tasks.ts") },
  { name: "flaky", group: HISTORY, summary: "what fails and passes", load: () => import("./commands/flaky.ts") },
  { name: "slow", group: HISTORY, summary: "what takes longer than before", load: () => import("./commands/slow.ts") },
  {
    name: "regressions",
    group: HISTORY,
    summary: "what has changed for the worse",
    load: () => import("./commands/regressions.ts"),
  },
  {
    name: "report",
    group: HISTORY,
    summary: "a page as one HTML file, to keep or to mail",
    load: () => import("./commands/report.ts"),
  },
  {
    name: "deliveries",
    group: HISTORY,
    summary: "whom was told what, and what could not be told",
    load: () => import("./commands/deliveries.ts"),
  },
  {
    name: "estimate",
    group: HISTORY,
    summary: "what the history predicts",
    load: () => import("./commands/estimate.ts"),
  },
  {
    name: "accuracy",
    group: HISTORY,
    summary: "how good the estimates were",
    load: () => import("./commands/accuracy.ts"),
  },
  {
    name: "waste",
    group: HISTORY,
    summary: "what was reserved and not used, and how many workers could go",
    load: () => import("./commands/waste.ts"),
  },
  {
    name: "explain",
    group: HISTORY,
    summary: "what a task, subject and context would be given, and why",
    load: () => import("./commands/explain.ts"),
  },
  {
    name: "advise",
    group: HISTORY,
    summary: "what to ask for instead",
    load: () => import("./commands/advise.ts"),
  },
  {
    name: "import",
    group: HISTORY,
    summary: "take over history made elsewhere",
    load: () => import("./commands/import.ts"),
  },
  {
    name: "replay",
    group: HERE,
    summary: "what other sizing and other workers would have done to past work",
    load: () => import("./commands/replay.ts"),
  },
  {
    name: "run",
    group: HERE,
    summary: "run a command here, keep it in the local history and compare it",
    load: () => import("./commands/run.ts"),
  },
  {
    name: "measure",
    group: HERE,
    summary: "run a command here and print what it used",
    load: () => import("./commands/measure.ts"),
  },
  { name: "up", group: SERVER, summary: "a server and a local worker", load: () => import("./commands/up.ts") },
  { name: "server", group: SERVER, summary: "a server alone", load: () => import("./commands/server.ts") },
  {
    name: "worker",
    group: SERVER,
    summary: "be a worker, or see and steer workers",
    load: () => import("./commands/worker.ts"),
  },
  {
    name: "stats",
    group: SERVER,
    summary: "how the farm stands, in numbers",
    load: () => import("./commands/stats.ts"),
  },
  {
    name: "config",
    group: SERVER,
    summary: "set needs and policy for tasks, subjects and contexts",
    load: () => import("./commands/config.ts"),
  },
  { name: "token", group: SERVER, summary: "make, list and revoke tokens", load: () => import("./commands/token.ts") },
  { name: "acts", group: SERVER, summary: "who changed what of the server", load: () => import("./commands/acts.ts") },
  { name: "events", group: SERVER, summary: "what happens, as it happens", load: () => import("./commands/events.ts") },
  {
    name: "doctor",
    group: SERVER,
    summary: "what works here and what does not",
    load: () => import("./commands/doctor.ts"),
  },
  {
    name: "completion",
    group: SERVER,
    summary: "completion for bash, zsh or fish",
    load: () => import("./commands/completion.ts"),
  },
  {
    name: "complete",
    group: SERVER,
    summary: "what could follow (called by completion)",
    isHidden: true,
    load: () => import("./commands/complete.ts"),
  },
];
