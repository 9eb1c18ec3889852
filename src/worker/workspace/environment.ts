import type { Assignment } from "../../contract/worker-protocol.ts";
import type { Workspace } from "./prepare.ts";

/** Variables of the worker that runs get too: how to reach the network, and the time zone. Never a token. */
export const PASSED_VARIABLES: readonly string[] = [
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "all_proxy",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "ALL_PROXY",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "NODE_EXTRA_CA_CERTS",
  "TZ",
];

const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * The environment of a run: a clean base that is the same on every worker, then what the task gives, then
 * the facts of the run, which a task cannot change. Of the worker's own environment only `PATH`, `LANG`
 * and the variables of `passed` are in it.
 */
export function environmentOf(
  assignment: Assignment,
  workspace: Workspace,
  task: Readonly<Record<string, string>>,
  own: NodeJS.ProcessEnv,
  passed: readonly string[] = PASSED_VARIABLES,
): Record<string, string> {
  return {
    ...baseOf(workspace, own),
    ...pickSet(own, passed),
    ...task,
    ...factsOf(assignment, workspace),
  };
}

function baseOf(workspace: Workspace, own: NodeJS.ProcessEnv): Record<string, string> {
  return {
    PATH: own["PATH"] ?? DEFAULT_PATH,
    HOME: workspace.work,
    LANG: own["LANG"] ?? "C.UTF-8",
    TMPDIR: workspace.tmp,
    SHELL: "/bin/sh",
  };
}

function pickSet(own: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  const set: Record<string, string> = {};
  for (const name of names) {
    const value = own[name];
    if (value !== undefined) set[name] = value;
  }
  return set;
}

function factsOf(assignment: Assignment, workspace: Workspace): Record<string, string> {
  const { allocation } = assignment;
  return {
    ALMANAC_RUN_ID: assignment.run_id,
    ALMANAC_WORK_REQUEST_ID: String(assignment.work_request_id),
    ALMANAC_TASK_NAME: assignment.task_name,
    ALMANAC_SUBJECT: assignment.subject,
    ALMANAC_CONTEXT: assignment.context,
    ALMANAC_WORK_DIR: workspace.work,
    ALMANAC_CPUS: String(Math.max(1, Math.floor(allocation.cpu_count.amount))),
    ALMANAC_MEMORY_BYTES: String(allocation.memory.amount),
    ALMANAC_DISK_BYTES: String(allocation.disk_space.amount),
    ALMANAC_TIMEOUT_SECONDS: String(allocation.duration.amount),
  };
}
