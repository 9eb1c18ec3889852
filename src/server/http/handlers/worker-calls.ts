import type { Readable } from "node:stream";
import { AppError } from "../../../contract/errors.ts";
import type { RunId, WorkerName } from "../../../domain/ids.ts";
import type { LoopContext } from "../../loop/context.ts";
import { sync } from "../../loop/sync.ts";
import { joinWorker } from "../../loop/workers.ts";
import type { TokenRecord } from "../../store/store.ts";
import type { Handlers } from "../handler.ts";

export function workerCallHandlers(context: LoopContext): Pick<Handlers, "join" | "sync" | "appendLog" | "putOutput"> {
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
      return context.files.putOutput(run_id, query.path, bytesOf(request.body));
    },
  };
}

function workerOfToken(token: TokenRecord): WorkerName {
  if (token.worker_name !== null) return token.worker_name;
  throw new AppError("unauthenticated", { reason: "the one given belongs to no worker" });
}

/** Files may be handed in for as long as the run's lease is the caller's, also late. */
async function requireLease(context: LoopContext, run_id: RunId, token: TokenRecord, lease: string): Promise<void> {
  const run = await context.store.read.run(run_id);
  const worker_name = workerOfToken(token);
  const isHeld = run?.worker_name === worker_name && run.lease_token === lease;
  if (!isHeld) throw new AppError("lease-lost", { worker_name, run_id });
}

function bytesOf(body: unknown): Readable {
  return body as Readable; // the parser of byte bodies passes the stream on
}
