import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { Transform, type TransformCallback } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AppError } from "../../contract/errors.ts";
import type { Assignment } from "../../contract/worker-protocol.ts";
import type { Content } from "../../domain/artifact.ts";
import type { ServerLine } from "../lease/server-line.ts";
import { keepTrying } from "../report/keep-trying.ts";

/** What fetching needs. */
export type FetchContext = { line: ServerLine; random: () => number; signal: AbortSignal };

/** That the server does not give an input. */
export class InputRefused extends Error {}

/** Writes a content that a run is given to a new file, and checks it. Rejects with the signal's reason, or `InputRefused`. */
export async function fetchInput(
  { run_id, lease_token }: Assignment,
  content: Content,
  file: string,
  { line, random, signal }: FetchContext,
): Promise<void> {
  const { sha256 } = content;
  const fetchOnce = async () => {
    const call = { params: { run_id, sha256 }, query: { lease_token }, attempts: 1, signal };
    const { body } = await line.client.download("getInput", call);
    try {
      await pipeline(body, checking(content), createWriteStream(file, { flags: "wx", mode: 0o600 }), { signal });
    } catch (error) {
      await rm(file, { force: true });
      signal.throwIfAborted();
      throw isLocal(error) ? error : brokenOff(error);
    }
  };
  const delivery = await keepTrying(fetchOnce, { signal, random });
  if (!delivery.ok) throw new InputRefused(delivery.refusal.message);
}

/** A full disk is this machine's fault, and trying again does not mend it. */
function isLocal(error: unknown): boolean {
  if (error instanceof AppError) return true;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return ["ENOSPC", "EDQUOT", "EACCES", "EROFS", "EIO", "ABORT_ERR"].includes(code);
}

/** The server, or the line to it, went away in the middle: tried again. */
function brokenOff(cause: unknown): AppError {
  return new AppError("unavailable", { reason: cause instanceof Error ? cause.message : String(cause) }, { cause });
}

/** Passes bytes on and fails at their end when they are not those that are wanted. */
function checking({ sha256, size }: Content): Transform {
  const hash = createHash("sha256");
  let found_size = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      hash.update(chunk);
      found_size += chunk.length;
      done(null, chunk);
    },
    flush(done: TransformCallback) {
      const found = hash.digest("hex");
      const isRight = found === sha256 && found_size === size;
      done(isRight ? null : new AppError("content-mismatch", { found, found_size, sha256, size }));
    },
  });
}
