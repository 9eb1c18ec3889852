import type { Readable } from "node:stream";
import { AppError } from "../../contract/errors.ts";
import type { Content } from "../../domain/artifact.ts";
import { DAY_MS, epochMs, timestamp, type Timestamp } from "../../domain/clock.ts";
import type { StoreTransaction } from "../store/store.ts";
import { attempt } from "./attempt.ts";
import type { LoopContext } from "./context.ts";
import { pause } from "./pause.ts";

/*
 * Files that runs left, kept by their content. The row of a content is written before its bytes are, and goes after them;
 * so whatever a server that is killed leaves is either used, or known and removed when its time is over.
 */

/** How long a content is kept that has arrived and belongs to no finished run yet: its worker may be cut off. */
const UNCLAIMED_MS = 7 * DAY_MS;

/** How many contents one round of removing takes, and how often there is one. */
const BATCH = 500;
const SWEEP_EVERY_MS = 5_000;
const DRAFTS_EVERY_MS = 3_600_000;

/** Keeps a content; the same one again is read and costs no room. */
export async function keepArtifact(context: LoopContext, content: Content, body: Readable): Promise<void> {
  const { id, is_stored } = await claim(context, content);
  if (is_stored) return drain(body);
  await context.artifacts.put({ ...content, id }, body);
  const isKept = await context.store.transaction((tx) => tx.markArtifactStored(id));
  if (!isKept) throw new AppError("content-missing", { sha256: content.sha256 }); // it took longer than it is kept
}

/** Whether a content is kept, so that it need not be sent; it then stays long enough for a run to name it. */
export async function knowsArtifact(context: LoopContext, content: Content): Promise<boolean> {
  if ((await context.store.read.artifact(content.sha256)) === undefined) return false;
  return (await claim(context, content)).is_stored;
}

/** The bytes of a content that some request uses. */
export async function readArtifact(context: LoopContext, { sha256 }: Content): Promise<Readable> {
  const artifact = await context.store.read.artifact(sha256);
  if (artifact === undefined) throw new AppError("content-missing", { sha256 });
  return context.artifacts.read(artifact);
}

/**
 * Deletes contents that no request uses any more, and what servers that were killed have left half done, until the signal is
 * given. Beside planning, which must not wait for a store that does not answer. Only the leading server calls it.
 */
export async function sweepArtifacts(context: LoopContext, signal: AbortSignal): Promise<void> {
  const { log, artifacts, clock } = context;
  let draftsMs = Number.NEGATIVE_INFINITY;
  // ends: when the signal is given
  while (!signal.aborted) {
    await attempt(log, "removing artifacts", () => removeUnused(context, signal));
    if (clock.monotonicMs() - draftsMs >= DRAFTS_EVERY_MS) {
      draftsMs = clock.monotonicMs();
      await attempt(log, "removing drafts of artifacts", () => artifacts.removeDrafts());
    }
    await pause(SWEEP_EVERY_MS, signal);
  }
}

async function removeUnused({ store, artifacts }: LoopContext, signal: AbortSignal): Promise<void> {
  const unused = await store.transaction(async (tx) => tx.takeUnusedArtifacts(await tx.now(), BATCH));
  for (const artifact of unused) {
    if (signal.aborted) return; // the next to lead goes on with the rest
    await artifacts.remove(artifact);
    await store.transaction((tx) => tx.forgetArtifact(artifact.id));
  }
}

function claim({ store }: LoopContext, content: Content): ReturnType<StoreTransaction["claimArtifact"]> {
  return store.transaction(async (tx) => tx.claimArtifact(content, keptUntil(await tx.now())));
}

function keptUntil(now: Timestamp): Timestamp {
  return timestamp(epochMs(now) + UNCLAIMED_MS);
}

/** Reads to the end what is not needed: a caller that is still sending would take an early answer for a broken line. */
async function drain(body: Readable): Promise<void> {
  for await (const chunk of body) void chunk;
}
