import type { Client } from "../../client/client.ts";
import { AppError } from "../../contract/errors.ts";
import { workerName } from "../../contract/names.ts";

/** Resolves when the worker has been heard of since the server started; rejects with the signal's reason. */
export async function waitForWorker(client: Client, name: string, signal: AbortSignal): Promise<void> {
  const { started_at } = await client.call("status", { signal });
  for await (const message of client.events({ topics: ["workers"], signal })) {
    // Something happened to some worker, or the stream has just begun: look.
    if (message.type === "event" && message.event.worker_name !== name) continue;
    if (await isHere(client, name, started_at, signal)) return;
  }
}

async function isHere(client: Client, name: string, since: string, signal: AbortSignal): Promise<boolean> {
  try {
    const params = { worker_name: workerName.parse(name) };
    const { worker } = await client.call("getWorker", { params, signal });
    return worker.state !== "offline" && worker.last_seen_at >= since;
  } catch (error) {
    if (error instanceof AppError && error.code === "not-found") return false;
    throw error;
  }
}
