import type { Event } from "../../domain/event.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Session } from "../session.ts";
import { showLive } from "../wait/live-view.ts";
import { exitCodeOfRequest, hasEnded } from "../wait/verdict.ts";
import { watchRequests } from "../wait/watch-requests.ts";
import { readShown, renderShown, type AskedFor, type ShownRequest } from "./shown-request.ts";

/** How it is shown. */
type Options = { plot?: boolean; exitStatus?: boolean; jsonl?: boolean };

/**
 * Keeps a work request up to date to its end, or until Ctrl-C: on a terminal in place, else as `almanac watch` tells of
 * it, one line for each change. Exits with 0 unless its end is asked for.
 */
export async function watchShown(session: Session, options: Options, asked: AskedFor): Promise<ExitCode> {
  const comeBack = `almanac show --watch ${asked.runId ?? asked.id}`;
  if (options.jsonl === true || !session.surface.isTty) {
    const show = options.jsonl === true ? "jsonl" : "changes";
    const code = await watchRequests(session, [asked.id], { show, comeBack: "almanac show --watch" });
    return options.exitStatus === true || code === EXIT.interrupted ? code : EXIT.success;
  }
  const first = await readShown(session, asked);
  let members: ReadonlySet<WorkRequestId> = membersOf(first);
  const { code, last } = await showLive<ShownRequest>(session, {
    topics: [first.workflow === undefined ? `r${asked.id}` : "requests"],
    isNews: (event) => isAbout(event, members),
    async read(_, signal) {
      const shown = await readShown(session, asked, signal);
      members = membersOf(shown);
      return shown;
    },
    render: (shown, surface) => renderShown(shown, surface, options),
    isOver: ({ work_request }) => hasEnded(work_request),
    comeBack,
  });
  if (options.exitStatus !== true || code !== EXIT.success || last === undefined) return code;
  return exitCodeOfRequest(last.work_request);
}

/** Of a workflow, what happens to each of its requests counts, and that there are more of them. */
function isAbout({ kind, work_request_id: id }: Event, members: ReadonlySet<WorkRequestId>): boolean {
  return (id !== undefined && members.has(id)) || (kind === "created" && members.size > 1);
}

function membersOf({ work_request, workflow }: ShownRequest): Set<WorkRequestId> {
  const nodes = workflow?.nodes ?? [];
  return new Set([work_request.id, ...nodes.map(({ id }) => id)]);
}
