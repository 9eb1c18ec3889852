import type { RunId, WorkRequestId } from "../../domain/ids.ts";
import type { LogStream } from "../../domain/log-record.ts";
import type { Run } from "../../domain/run.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Session } from "../session.ts";
import { followRequests } from "../wait/follow-requests.ts";
import { waitUntilDone } from "../wait/until.ts";
import { hasEnded } from "../wait/verdict.ts";
import { followLog } from "./follow-log.ts";
import { documentOf, isOfStream, LogPrinter, type LogStyle } from "./print-log.ts";

/** Which log is shown, and how. */
export type ShowLogOptions = {
  style: Omit<LogStyle, "startedAt">;
  isFollowed: boolean;
  tail?: number | undefined;
  /** This run only; absent: every run of the request from its newest on. */
  runId?: RunId;
  isOwner?: boolean;
  timeoutSeconds?: number | undefined;
};

/** Writes a log to standard output. A followed one lasts until the request, or the run that is named, has ended. */
export function showLog(session: Session, id: WorkRequestId, options: ShowLogOptions): Promise<ExitCode> {
  const waiting = {
    open: () => [id],
    isOwner: options.isOwner === true,
    comeBack: "almanac log -f",
    timeoutSeconds: options.timeoutSeconds,
  };
  return waitUntilDone(session, waiting, async (signal) => {
    if (options.runId === undefined) await showAllRuns(session, id, options, signal);
    else await showRun(session, options.runId, options, signal);
    return EXIT.success;
  });
}

/** From the newest run on; a request that waits is waited for, and an automatic retry is followed as well. */
async function showAllRuns(
  session: Session,
  id: WorkRequestId,
  options: ShowLogOptions,
  signal: AbortSignal,
): Promise<void> {
  let shown: RunId | undefined;
  const onLost = (error: Error) => session.say(`${error.message} Trying again …`);
  for await (const { work_request, runs } of followRequests(session.client, [id], { signal, onLost })) {
    const newest = runs.at(-1);
    if (newest !== undefined && newest.id !== shown && hasStarted(newest)) {
      if (shown !== undefined) session.say(`run ${shown} has ended; this is run ${newest.id} on ${newest.worker_name}`);
      shown = newest.id;
      await showRun(session, newest.id, options, signal, newest.started_at);
    }
    if (hasEnded(work_request)) return;
  }
}

function hasStarted(run: Run): boolean {
  return run.state !== "assigned";
}

async function showRun(
  session: Session,
  runId: RunId,
  options: ShowLogOptions,
  signal: AbortSignal,
  knownStart?: string | null,
): Promise<void> {
  const startedAt = knownStart ?? (await startOf(session, runId, options));
  const printer = new LogPrinter(session.cli, session.surface, { ...options.style, startedAt });
  const onLost = (error: Error) => session.say(`${error.message} Trying again …`);
  const part = { tail: options.tail, isFollowed: options.isFollowed, signal, onLost };
  for await (const records of followLog(session.client, runId, part)) await printer.write(records);
  await printer.end();
}

/** Asked for only where times of day are shown. */
async function startOf(session: Session, run_id: RunId, options: ShowLogOptions): Promise<string | null> {
  if (options.style.timestamps !== "absolute") return null;
  return (await session.client.call("getRun", { params: { run_id } })).run.started_at;
}

/** The whole log, or its tail, as one document; with `follow`, when the run has ended. */
export async function logDocument(
  session: Session,
  run_id: RunId,
  { tail, follow, stream }: { tail?: number; follow?: boolean; stream?: LogStream },
): Promise<ExitCode> {
  const waiting = { open: () => [], isOwner: false, comeBack: "almanac log" };
  return waitUntilDone(session, waiting, async (signal) => {
    const records: object[] = [];
    for await (const some of followLog(session.client, run_id, { tail, isFollowed: follow === true, signal })) {
      const wanted = some.filter((record) => isOfStream(record, stream));
      records.push(...wanted.map(documentOf));
    }
    session.json({ run_id, records }, records);
    return EXIT.success;
  });
}
