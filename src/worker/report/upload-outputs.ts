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

/** Sends the files that were put aside, one after the other; the server compares what arrives with what was said. */
export async function uploadOutputs(
  directory: string,
  kept: readonly KeptOutput[],
  context: UploadContext,
): Promise<Uploaded> {
  const outputs: RunOutput[] = [];
  for (const output of kept) {
    const delivery = await keepTrying(() => deliverOne(join(directory, output.file), output, context), context);
    if (!delivery.ok) return { ok: false, reason: `${output.path}: ${delivery.refusal.message}` };
    const { file: _, ...told } = output;
    outputs.push(told);
  }
  return { ok: true, outputs };
}

/** Contents of at most so many bytes are sent without asking first whether they are known. */
const ASK_FROM_BYTES = 64 * 1024;

async function deliverOne(file: string, { path, size, sha256 }: KeptOutput, context: UploadContext): Promise<void> {
  const { line, assignment, signal } = context;
  const { run_id, lease_token } = assignment;
  const call = { params: { run_id }, attempts: 1, signal };
  if (size >= ASK_FROM_BYTES) {
    const { is_known } = await line.client.call("knowsOutput", { ...call, body: { size, sha256, lease_token } });
    if (is_known) return;
  }
  await line.client.upload("putOutput", {
    ...call,
    query: { path, size, sha256, lease_token },
    body: () => createReadStream(file),
  });
}
