import type { EventKind } from "../../domain/event.ts";
import type { WorkRequestId } from "../../domain/ids.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import type { ExitCode } from "../exit-code.ts";
import type { Session } from "../session.ts";
import { formatMoment } from "../terminal/relative-time.ts";
import { surfaceOf, type Surface } from "../terminal/surface.ts";
import { changeLine } from "./change-line.ts";
import { followRequests, type FollowOptions, type Seen } from "./follow-requests.ts";
import { liveLine } from "./live-line.ts";
import { StatusRegion } from "./status-region.ts";
import { waitUntilDone } from "./until.ts";
import { exitCodeOfRequests, hasEnded, warningOf } from "./verdict.ts";

/** How requests are watched. */
export type WatchOptions = {
  /** `changes`: a line for each change, and on a terminal one that is redrawn; `ends`: only the ends; `json`: nothing but the end's document; `jsonl`: each change as a document. */
  show: "changes" | "ends" | "json" | "jsonl";
  /** Where lines go. Standard output unless that is for something else. */
  to?: "stdout" | "stderr";
  /** Enough when one has ended. */
  isAny?: boolean;
  isOwner?: boolean;
  /** The command that comes back after Ctrl-C. Default `almanac wait`. */
  comeBack?: string;
  timeoutSeconds?: number | undefined;
};

const ENDS: ReadonlySet<EventKind> = new Set(["completed", "aborted"]);
const EVERYTHING_BUT_NOISE: ReadonlySet<EventKind> = new Set([
  "unblocked",
  "allocated",
  "waiting",
  "placed",
  "started",
  "run_ended",
  "retried",
  "completed",
  "aborted",
]);
const WITH_PROGRESS: ReadonlySet<EventKind> = new Set([...EVERYTHING_BUT_NOISE, "progress"]);
const REDRAW_MS = 1000;

/** Follows the requests to their end and gives the exit code that tells what became of them. */
export async function watchRequests(
  session: Session,
  ids: readonly WorkRequestId[],
  options: WatchOptions,
): Promise<ExitCode> {
  const board = new Board(session, ids, options);
  const waiting = {
    open: () => board.open(),
    isOwner: options.isOwner === true,
    comeBack: options.comeBack ?? "almanac wait",
    timeoutSeconds: options.timeoutSeconds,
  };
  return waitUntilDone(session, waiting, async (signal) => {
    const timer = setInterval(() => board.redraw(), REDRAW_MS);
    try {
      await watchAll(session, ids, options, board, signal);
    } finally {
      clearInterval(timer);
      board.close();
    }
    return board.finish();
  });
}

async function watchAll(
  session: Session,
  ids: readonly WorkRequestId[],
  options: WatchOptions,
  board: Board,
  signal: AbortSignal,
): Promise<void> {
  const follow: FollowOptions = {
    signal,
    kinds: kindsFor(options, ids.length, session),
    onLost: (error) => board.say(`${error.message} Trying again …`),
  };
  for await (const seen of followRequests(session.client, ids, follow)) {
    board.update(seen);
    if (options.isAny === true && hasEnded(seen.work_request)) return;
  }
}

function kindsFor(options: WatchOptions, count: number, session: Session): ReadonlySet<EventKind> {
  if (options.show === "ends" || options.show === "json") return ENDS;
  // Figures change all the time: they are worth a look only where they are drawn.
  const isDrawn = count === 1 && options.show === "changes" && streamOf(session, options).isTTY;
  return isDrawn ? WITH_PROGRESS : EVERYTHING_BUT_NOISE;
}

function streamOf(session: Session, options: WatchOptions): NodeJS.WriteStream {
  return options.to === "stderr" ? session.cli.stderr : session.cli.stdout;
}

/** What has been seen so far, and what of it has been shown. */
class Board {
  readonly #session: Session;
  readonly #options: WatchOptions;
  readonly #stream: NodeJS.WriteStream;
  readonly #region: StatusRegion;
  readonly #seen = new Map<WorkRequestId, Seen>();
  readonly #lines = new Map<WorkRequestId, string>();
  readonly #ids: readonly WorkRequestId[];

  constructor(session: Session, ids: readonly WorkRequestId[], options: WatchOptions) {
    this.#session = session;
    this.#options = options;
    this.#ids = ids;
    this.#stream = streamOf(session, options);
    this.#region = new StatusRegion(this.#stream);
  }

  open(): WorkRequestId[] {
    return this.#ids.filter((id) => {
      const seen = this.#seen.get(id);
      return seen === undefined || !hasEnded(seen.work_request);
    });
  }

  update(seen: Seen): void {
    this.#seen.set(seen.work_request.id, seen);
    if (this.#options.show === "json") return;
    if (this.#options.show === "ends" && !hasEnded(seen.work_request)) return;
    const line = changeLine(seen, this.#surface());
    if (this.#lines.get(seen.work_request.id) !== line) {
      this.#lines.set(seen.work_request.id, line);
      this.#write(seen, line);
    }
    this.redraw();
  }

  redraw(): void {
    if (this.#options.show !== "changes") return;
    this.#region.draw(liveLine([...this.#seen.values()], this.#surface()));
  }

  say(line: string): void {
    this.#region.clear();
    this.#session.say(line);
  }

  close(): void {
    this.#region.clear();
  }

  /** The end's document where one was asked for, and the exit code of all that have ended. */
  finish(): ExitCode {
    const ended = this.#ids.flatMap((id): WorkRequest[] => {
      const request = this.#seen.get(id)?.work_request;
      return request !== undefined && hasEnded(request) ? [request] : [];
    });
    for (const request of ended) {
      const warning = warningOf(request);
      if (warning !== undefined) this.#session.say(warning);
    }
    if (this.#options.show === "json") this.#session.json({ work_requests: ended }, ended);
    return exitCodeOfRequests(ended);
  }

  #surface(): Surface {
    const { cli, options } = this.#session;
    return surfaceOf(this.#stream, cli.env, cli.nowMs(), options);
  }

  #write(seen: Seen, line: string): void {
    this.#region.clear();
    if (this.#options.show === "jsonl") {
      const run = seen.runs.at(-1) ?? null;
      const at = new Date(this.#session.cli.nowMs()).toISOString();
      this.#stream.write(`${JSON.stringify({ at, work_request: seen.work_request, run })}\n`);
      return;
    }
    const surface = this.#surface();
    const now = formatMoment(new Date(surface.nowMs).toISOString(), surface);
    const isLog = this.#options.show === "changes" && !surface.isTty;
    this.#stream.write(isLog ? `${now}  ${line}\n` : `${line}\n`);
  }
}
