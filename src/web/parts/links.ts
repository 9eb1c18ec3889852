import type { VNode } from "preact";
import { parseRunId, type RunId } from "../../domain/ids.ts";
import type { Run } from "../../domain/run.ts";
import type { HistoryKey } from "../../domain/task.ts";
import { element as e } from "../element.ts";
import type { Frame } from "../layout.ts";

export { quoted } from "../islands/command-text.js";

/** A query string of the fields that have a value, with its `?`; empty without any. */
export function queryText(fields: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields))
    if (value !== undefined && value !== "") query.set(name, String(value));
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

/** A link to a request's page. */
export function requestLink(root: string, id: number): VNode {
  return e("a", { href: `${root}r/${id}` }, `#${id}`);
}

/** A link to a run: its request's page, with that attempt. */
export function runLink(root: string, id: RunId, { rel, word = id }: { rel?: string; word?: string } = {}): VNode {
  const run = parseRunId(id);
  const href = run === undefined ? root : `${root}r/${run.work_request_id}?run=${run.attempt}`;
  return e("a", { href, rel }, word);
}

/** Links to requests, those of them that are still kept; the others have expired and are named. */
export function requestLinks(root: string, ids: readonly number[], kept: ReadonlySet<number>): VNode {
  const shown = ids
    .slice(0, MOST_LINKS)
    .flatMap((id, index) => [index === 0 ? "" : ", ", kept.has(id) ? requestLink(root, id) : `#${id} (expired)`]);
  const more = ids.length > MOST_LINKS ? ` and ${ids.length - MOST_LINKS} more` : "";
  return e("span", {}, ...shown, more);
}

const MOST_LINKS = 8;

/** A link to a worker's page. */
export function workerLink(root: string, name: string): VNode {
  return e("a", { href: `${root}workers/${encodeURIComponent(name)}` }, name);
}

/** The address of a key's history. Names go into the query: one called `..` could not be a part of a path. */
export function historyAddress(root: string, key: Partial<HistoryKey> & { task_name: string }): string {
  const { task_type, task_name, subject, context } = key;
  return `${root}history${queryText({ ...(task_type !== "worker" && { task_type }), task_name, subject, context })}`;
}

/** The address of a run's log, or of a line of it. */
export function logAddress(
  root: string,
  run: Pick<Run, "work_request_id" | "attempt">,
  { at }: { at?: number } = {},
): string {
  const query = queryText({ run: run.attempt, at });
  return `${root}r/${run.work_request_id}/log${query}${at === undefined ? "" : `#L${at}`}`;
}

/** What people call a key: `build gcc (sid)`. */
export function keyText({
  task_name,
  subject,
  context,
}: Pick<HistoryKey, "task_name" | "subject" | "context">): string {
  const name = [task_name, subject].filter((part) => part !== "").join(" ");
  return context === "" ? name : `${name} (${context})`;
}

/** The same at the command line, and how to get there; `token`: the secret that it is typed with, where others cannot see it. */
export function commandLine(command: string, { token }: { token?: string } = {}): VNode {
  const variable = token === undefined ? "" : `ALMANAC_TOKEN=${token} `;
  return e("pre", { tabIndex: 0, "aria-label": "At the command line" }, `${variable}npx almanac ${command}`);
}

/** After the words of a page that has nothing to show yet: where the guide says more; `place`: the text in `docs/`, and its part. */
export function guideLink(root: string, place: string, words: string): VNode {
  return e("span", {}, " In the guide: ", e("a", { href: `${root}docs/${place}` }, words), ".");
}

/** After other links: the page as one file; `page` is its address from the root. Nothing on a page that is one already. */
export function keepLink({ root, alone }: Pick<Frame, "root" | "alone">, page: string): (VNode | string)[] {
  if (alone !== undefined) return [];
  return [" · ", e("a", { href: `${root}api/v1/report${queryText({ page })}`, download: "" }, "As one file")];
}
