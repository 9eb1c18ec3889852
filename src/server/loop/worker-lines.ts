import type { SentLines } from "../../contract/worker-protocol.ts";
import { epochMs, timestamp, type Timestamp } from "../../domain/clock.ts";
import type { WorkerName } from "../../domain/ids.ts";
import { lineText } from "../../domain/worker-line.ts";
import type { StoreTransaction } from "../store/store.ts";

/** Keeps what a worker said of itself, with the server's times and made safe once more: the worker may be anybody's. */
export async function keepLines(
  tx: StoreTransaction,
  worker: WorkerName,
  { session, lines }: SentLines,
  now: Timestamp,
): Promise<void> {
  const kept = lines.map(({ number, age_ms, level, text }) => ({
    session,
    number,
    at: timestamp(epochMs(now) - age_ms),
    level,
    text: lineText(text),
  }));
  await tx.keepWorkerLines(worker, kept);
}
