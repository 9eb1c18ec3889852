import type { Session } from "./session.ts";

/** The address of a page of the server meant; `path` is relative to its root and already quoted. */
export function pageUrl({ client }: Session, path: string): string {
  return `${client.url.replace(/\/+$/, "")}/${path}`;
}
