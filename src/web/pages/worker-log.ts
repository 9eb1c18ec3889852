import type { VNode } from "preact";
import type { WorkerName } from "../../domain/ids.ts";
import type { WorkerLine } from "../../domain/worker-line.ts";
import { element as e } from "../element.ts";
import { renderPage, type Frame } from "../layout.ts";
import { commandLine, queryText, workerLink } from "../parts/links.ts";
import { pager } from "../parts/pager.ts";
import { linesTable, nothingSaid } from "../parts/worker-lines.ts";

/** What the page of a worker's log shows. */
export type WorkerLogData = {
  lastEventId: number;
  worker_name: WorkerName;
  /** Newest first. */
  lines: readonly WorkerLine[];
  /** The place in the list, as it was in the address; undefined on the first page. */
  cursor: string | undefined;
  next_cursor: string | null;
};

/** All that is kept of what a worker's program said of itself. */
export function workerLogPage(frame: Frame, data: WorkerLogData): string {
  const { worker_name, lines, lastEventId } = data;
  return renderPage(
    frame,
    {
      title: `Log of the worker ${worker_name}`,
      place: "workers",
      live: { topics: `log:${worker_name}`, after: lastEventId },
    },
    e("p", { class: "lead" }, "What the program of ", workerLink(frame.root, worker_name), " said of itself."),
    e("p", { class: "quiet" }, "The newest first; the newest thousand lines are kept."),
    ...(lines.length === 0 ? nothingSaid(worker_name) : [linesTable(lines)]),
    pager({
      from: data.cursor,
      next: data.next_cursor,
      address: (cursor) => `${frame.root}workers/${encodeURIComponent(worker_name)}/log${queryText({ cursor })}`,
      of: "the log",
    }),
    ...elsewhere(frame.root, worker_name),
  );
}

function elsewhere(root: string, worker: WorkerName): VNode[] {
  return [
    e("h2", {}, "The same elsewhere"),
    commandLine(`worker log ${worker}`),
    e(
      "p",
      {},
      e("a", { href: `${root}api/v1/workers/${encodeURIComponent(worker)}/log` }, "As JSON"),
      " from the API.",
    ),
  ];
}
