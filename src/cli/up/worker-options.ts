import { hostname } from "node:os";
import type { Command } from "commander";
import { bytesArgument, positiveArgument, repeated } from "../shared-options.ts";

/** What a worker can be told about itself; what is absent is found out. */
export type WorkerOptions = {
  name?: string;
  memory?: number;
  disk?: number;
  cpus?: number;
  cache?: number;
  tag?: string[];
  allow?: string[];
  deny?: string[];
};

/** Adds the options of a worker. */
export function withWorkerOptions(command: Command): Command {
  return command
    .optionsGroup("The worker:")
    .option("--name <name>", "its name (default: the machine's)")
    .option("--memory <size>", "what it gives to runs in all (default: the machine's, less a reserve)", bytesArgument)
    .option("--disk <size>", "the same of disk (default: what is free)", bytesArgument)
    .option("--cache <size>", "disk for files of other requests (default: a tenth of it, at most 10G)", bytesArgument)
    .option("--cpus <n>", "the same of cores (default: the machine's)", positiveArgument)
    .option("--tag <tag>", "what it has that requests may ask for, such as kvm (repeatable)", repeated)
    .option("--allow <task>", "tasks that it runs; * matches anything (repeatable; default: all)", repeated)
    .option("--deny <task>", "tasks that it does not run (repeatable)", repeated);
}

/** The worker's name: the one given, else the machine's, in the letters that names may have. */
export function workerNameOf(options: WorkerOptions): string {
  if (options.name !== undefined) return options.name;
  return (
    hostname()
      .replaceAll(/[^\w.-]+/g, "-")
      .slice(0, 100) || "local"
  );
}
