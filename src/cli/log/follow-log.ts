import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "../../client/client.ts";
import { AppError } from "../../contract/errors.ts";
import type { RunId } from "../../domain/ids.ts";
import { LogReader, type LogRecord } from "../../domain/log-record.ts";

/** Which part of a run's log is read. */
export type LogPart = {
  /** Only the last so many lines. */
  tail?: number | undefined;
  /** Go on until the run has ended. */
  isFollowed: boolean;
  signal: AbortSignal;
  onLost?: (error: AppError) => void;
};

/** How long a followed log is tried to be had back after the connection was lost, and how often. */
const MAX_RETURNS = 150;
const RETURN_PAUSE_MS = 2000;

/**
 * The records of a run's log. A followed log goes on where it was when the connection was lost; with
 * `tail` its place in the whole is not known, so that lines may then be missing, and `onLost` is told.
 */
export async function* followLog(client: Client, run_id: RunId, part: LogPart): AsyncGenerator<LogRecord[]> {
  const reader = new LogReader();
  let from = 0;
  let tail = part.tail;
  let returns = 0;
  // Ends with the log, by the signal, or when the server stayed away.
  for (;;) {
    try {
      const query = {
        ...(tail === undefined ? { from } : { tail }),
        follow: part.isFollowed ? "true" : "false",
      } as const;
      const { body } = await client.download("getRunLog", {
        params: { run_id },
        query,
        signal: part.signal,
        idleTimeoutMs: 0, // a run may be silent for hours
      });
      returns = 0;
      for await (const chunk of body) {
        from += (chunk as Buffer).length; // no encoding is set: bodies give buffers
        const records = reader.read(chunk as Buffer); // as above
        if (records.length > 0) yield records;
      }
      return;
    } catch (error) {
      part.signal.throwIfAborted();
      returns += 1;
      const fault = faultOf(error, client);
      if (!part.isFollowed || fault.code !== "unavailable" || returns > MAX_RETURNS) throw fault;
      if (returns === 1) part.onLost?.(fault);
      if (tail !== undefined) tail = 0;
      await delay(RETURN_PAUSE_MS, undefined, { signal: part.signal });
    }
  }
}

function faultOf(error: unknown, client: Client): AppError {
  if (error instanceof AppError) return error;
  return new AppError("unavailable", { reason: `${client.url} closed the connection` }, { cause: error });
}
