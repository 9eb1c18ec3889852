import { parentPort, workerData } from "node:worker_threads";
import { faultOf, type TaskAnswer } from "../faults.ts";
import type { ServerCall } from "../define-task.ts";
import { findTask } from "./load-config.ts";
import { resolveOwnModules } from "./own-modules.ts";

/*
 * The thread in which one request of a `server` task runs: its own, so that it can be ended, and hangs and floods only
 * itself.
 */

const port = parentPort!; // this file is only ever started as a thread
const { file, call } = workerData as { file: string; call: ServerCall }; // as `run-on-server.ts` gives it

async function answer(): Promise<TaskAnswer<undefined>> {
  try {
    resolveOwnModules();
    const { options } = await findTask(file, call.task_name, "server");
    const data = await options.data.parseAsync(call.task_data);
    const { work_request_id, subject, context } = call;
    if (options.type === "server") await options.run(data, { work_request_id, subject, context });
    return { ok: true, value: undefined };
  } catch (error) {
    return { ok: false, fault: faultOf(error, call.task_data) };
  }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
port.postMessage(await answer());
