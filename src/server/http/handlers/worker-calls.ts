import type { Readable } from "node:stream";
import { AppError } from "../../../contract/errors.ts";
import type { RunId, WorkerName } from "../../../domain/ids.ts";
import { keepArtifact, knowsArtifact, readArtifact } from "../../loop/artifacts.ts";
import type { LoopContext } from "../../loop/context.ts";
import { sync } from "../../loop/sync.ts";
import { joinWorker } from "../../loop/workers.ts";
import type { LeasedRun, TokenRecord } from "../../store/store.ts";
import type { Handlers } from "../handler.ts";

type Names = "join" | "sync" | "appendLog" | "putOutput" | "knowsOutput" | "getInput";

export function workerCallHandlers(context: LoopContext): Pick<Handlers, Names> {
  return {
    join: ({ body, token }) => joinWorker(context, token.id, body.worker_name, body.self),
    sync: ({ body, token, signal }) => sync(context, workerOfToken(token), body, signal),
    async appendLog({ params: { run_id }, query, token, request }) {
      await requireLease(context, run_id, token, query.lease_token);
      const size = await context.files.appendLog(run_id, query.offset, bytesOf(request.body));
      context.live.publishLog(run_id);
      return { size };
    },
    async putOutput({ params: { run_id }, query, token, request }) {
      await requireLease(context, run_id, token, query.lease_token);
      const { path, size, sha256 } = query;
      await keepArtifact(context, { size, sha256 }, bytesOf(request.body));
      return { path, size, sha256 };
    },
    async knowsOutput({ params: { run_id }, body: { lease_token, ...content }, token }) {
      await requireLease(context, run_id, token, lease_token);
      return { is_known: await knowsArtifact(context, content) };
    },
    async getInput({ params: { run_id, sha256 }, query, token, reply }) {
      const run = await requireLease(context, run_id, token, query.lease_token);
      const input = run.inputs.find((one) => one.sha256 === sha256);
      if (input === undefined) throw new AppError("not-found", { what: "input", id: `${run_id} ${sha256}` });
      const body = await readArtifact(context, input);
      await reply.type("application/octet-stream").header("content-length", input.size).send(body);
      return undefined;
    },
  };
}

function workerOfToken(token: TokenRecord): WorkerName {
  if (token.worker_name !== null) return token.worker_name;
  throw new AppError("unauthenticated", { reason: "the one given belongs to no worker" });
}

/** Files may be handed in for as long as the run's lease is the caller's, also late. */
async function requireLease(
  context: LoopContext,
  run_id: RunId,
  token: TokenRecord,
  lease: string,
): Promise<LeasedRun> {
  const run = await context.store.read.run(run_id);
  const worker_name = workerOfToken(token);
  const isHeld = run?.worker_name === worker_name && run.lease_token === lease;
  if (!isHeld) throw new AppError("lease-lost", { worker_name, run_id });
  return run;
}

function bytesOf(body: unknown): Readable {
  return body as Readable; // the parser of byte bodies passes the stream on
}
