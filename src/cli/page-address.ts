import type { RunId, WorkRequestId } from "../domain/ids.ts";
import type { Session } from "./session.ts";

/** What a query string is made of; what is undefined is left out. */
export type QueryFields = Readonly<Record<string, string | undefined>>;

/** The addresses of pages, from the server's first page on. */
export const PAGE = {
  request: (id: WorkRequestId, runId?: RunId) => withQuery(`r/${id}`, { run: attemptOf(runId) }),
  log: (id: WorkRequestId, runId?: RunId) => withQuery(`r/${id}/log`, { run: attemptOf(runId) }),
  workflow: (id: WorkRequestId) => `wf/${id}`,
  history: (fields: QueryFields & { task_name: string }) => withQuery("history", fields),
  worker: (name: string, fields: QueryFields = {}) => withQuery(`workers/${encodeURIComponent(name)}`, fields),
  finding: (id: number) => `regressions/${id}`,
  regressions: (fields: QueryFields) => withQuery("regressions", fields),
  tasks: () => "t",
  waste: (fields: QueryFields) => withQuery("waste", fields),
  accuracy: (fields: QueryFields) => withQuery("accuracy", fields),
} as const;

function attemptOf(runId: RunId | undefined): string | undefined {
  return runId?.split(".")[1];
}

function withQuery(path: string, fields: QueryFields): string {
  const given = Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined);
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

/** The whole address of a page of the session's server. */
export function pageUrl({ client }: Session, page: string): string {
  return `${client.url.replace(/\/+$/, "")}/${page}`;
}
