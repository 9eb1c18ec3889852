import { AppError } from "../../../contract/errors.ts";
import type { RunId } from "../../../domain/ids.ts";
import { readArtifact } from "../../loop/artifacts.ts";
import type { LoopContext } from "../../loop/context.ts";
import type { LeasedRun } from "../../store/store.ts";
import type { Handlers } from "../handler.ts";
import { logStream } from "../log-stream.ts";
import { publicRun } from "../public-run.ts";

type Names = "getRun" | "getRunLog" | "listRunOutputs" | "getRunOutput";

export function runHandlers(context: LoopContext): Pick<Handlers, Names> {
  return {
    getRun: async ({ params }) => ({ run: publicRun(await existingRun(context, params.run_id)) }),
    async getRunLog({ params, query, reply, signal }) {
      const run = await existingRun(context, params.run_id);
      const body = await logStream(context, run.id, { ...query, follow: query.follow === "true" }, signal);
      await reply.type("application/octet-stream").header("x-accel-buffering", "no").send(body);
      return undefined;
    },
    listRunOutputs: async ({ params }) => ({ outputs: (await existingRun(context, params.run_id)).outputs }),
    async getRunOutput({ params, query, reply }) {
      const run = await existingRun(context, params.run_id);
      const output = run.outputs.find(({ path }) => path === query.path);
      if (output === undefined) throw new AppError("not-found", { what: "output", id: `${run.id} ${query.path}` });
      const body = await readArtifact(context, output);
      await reply
        .type("application/octet-stream")
        .header("content-length", output.size)
        .header("etag", `"${output.sha256}"`)
        .header("content-disposition", "attachment")
        .send(body);
      return undefined;
    },
  };
}

async function existingRun(context: LoopContext, id: RunId): Promise<LeasedRun> {
  const run = await context.store.read.run(id);
  if (run === undefined) throw new AppError("not-found", { what: "run", id });
  return run;
}
