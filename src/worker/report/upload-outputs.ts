import { createReadStream } from "node:fs";
import { join } from "node:path";
import type { Assignment } from "../../contract/worker-protocol.ts";
import type { RunOutput } from "../../domain/run.ts";
import type { KeptOutput } from "../lease/local-run.ts";
import type { ServerLine } from "../lease/server-line.ts";
import { keepTrying } from "./keep-trying.ts";

/** The outputs that the server has now, or why it did not take one: a sentence. */
export type Uploaded = { ok: true; outputs: RunOutput[] } | { ok: false; reason: string };

/** What an upload needs beside the files. */
export type UploadContext = { line: ServerLine; assignment: Assignment; signal: AbortSignal; random: () => number };

/** Sends the files that were put aside, one after the other, and compares what arrived. */
export async function uploadOutputs(
  directory: string,
  kept: readonly KeptOutput[],
  context: UploadContext,
): Promise<Uploaded> {
  const outputs: RunOutput[] = [];
  for (const output of kept) {
    const delivery = await keepTrying(() => uploadOne(join(directory, output.file), output.path, context), context);
    if (!delivery.ok) return { ok: false, reason: `${output.path}: ${delivery.refusal.message}` };
    const { path, size, sha256 } = output;
    if (delivery.answer.sha256 !== sha256) {
      return { ok: false, reason: `${path} arrived with the checksum ${delivery.answer.sha256} instead of ${sha256}` };
    }
    outputs.push({ path, size, sha256 });
  }
  return { ok: true, outputs };
}

function uploadOne(file: string, path: string, { line, assignment, signal }: UploadContext): Promise<RunOutput> {
  const { run_id, lease_token } = assignment;
  return line.client.upload("putOutput", {
    params: { run_id },
    query: { path, lease_token },
    body: () => createReadStream(file),
    attempts: 1,
    signal,
  });
}
