import type { WorkRequest } from "../../domain/work-request.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Session } from "../session.ts";
import { renderRequestList } from "../terminal/request-list-view.ts";
import { formatMoment } from "../terminal/relative-time.ts";
import { changeLine } from "./change-line.ts";
import { followState, type FollowedState } from "./follow-state.ts";
import { showLive } from "./live-view.ts";
import { waitUntilDone } from "./until.ts";

/** Reads the list, newest first. */
export type ReadList = (signal: AbortSignal) => Promise<readonly WorkRequest[]>;

const COME_BACK = "almanac ls --watch";
const NOTHING = "no work requests match\n";

/**
 * Keeps a list of work requests up to date until Ctrl-C: on a terminal in place, else one line for each change, beginning
 * with how each of them stands; with `isJsonl` one document a line.
 */
export async function watchList(session: Session, read: ReadList, isJsonl: boolean): Promise<ExitCode> {
  const followed = {
    topics: ["requests"],
    // figures of runs that go on are not in the list
    isNews: ({ kind }) => kind !== "progress",
  } satisfies Pick<FollowedState<unknown>, "topics" | "isNews">;
  if (isJsonl || !session.surface.isTty) return printChanges(session, { ...followed, read }, isJsonl);
  const { code } = await showLive(session, {
    ...followed,
    read: (_, signal) => read(signal),
    render(requests, surface) {
      const rows = requests.map((work_request) => ({ work_request }));
      return renderRequestList(rows, surface, session.tableOptions) || NOTHING;
    },
    comeBack: COME_BACK,
  });
  return code;
}

function printChanges(
  session: Session,
  { read, ...followed }: Pick<FollowedState<unknown>, "topics" | "isNews"> & { read: ReadList },
  isJsonl: boolean,
): Promise<ExitCode> {
  const seen = new SeenRequests();
  return waitUntilDone(session, { open: () => [], isOwner: false, comeBack: COME_BACK }, async (signal) => {
    const states = followState(session.client, {
      ...followed,
      signal,
      onLost: (error) => session.say(`${error.message} Trying again …`),
      async read(news, stop) {
        const listed = await read(stop);
        const named = new Set(news.flatMap(({ work_request_id: id }) => (id === undefined ? [] : [id])));
        return [...(await lookAt(session, seen.left(listed, named), stop)), ...listed.toReversed()];
      },
    });
    for await (const requests of states) {
      for (const request of requests) {
        const line = lineOf(session, request, isJsonl);
        if (seen.isNew(request, line.what)) session.print(line.text);
      }
    }
    return EXIT.success;
  });
}

/** What was printed last of each request. */
class SeenRequests {
  readonly #lines = new Map<WorkRequestId, string>();

  isNew({ id }: WorkRequest, what: string): boolean {
    const isNew = this.#lines.get(id) !== what;
    this.#lines.set(id, what);
    return isNew;
  }

  /** Those that were listed, to which something has happened, and that are not listed any more; they are forgotten. */
  left(listed: readonly WorkRequest[], named: ReadonlySet<WorkRequestId>): WorkRequestId[] {
    const there = new Set(listed.map(({ id }) => id));
    const gone = [...this.#lines.keys()].filter((id) => !there.has(id));
    for (const id of gone) this.#lines.delete(id);
    return gone.filter((id) => named.has(id));
  }
}

function lookAt(session: Session, ids: readonly WorkRequestId[], signal: AbortSignal): Promise<WorkRequest[]> {
  return Promise.all(
    ids.map(async (id) => (await session.client.call("getWorkRequest", { params: { id }, signal })).work_request),
  );
}

/** A line, and the part of it that counts as a change: not the time. */
function lineOf(session: Session, request: WorkRequest, isJsonl: boolean): { what: string; text: string } {
  const surface = { ...session.surface, nowMs: session.cli.nowMs() };
  const at = new Date(surface.nowMs).toISOString();
  const what = changeLine({ work_request: request, runs: [] }, surface);
  if (isJsonl) return { what, text: `${JSON.stringify({ at, work_request: request })}\n` };
  return { what, text: `${formatMoment(at, surface)}  ${what}\n` };
}
