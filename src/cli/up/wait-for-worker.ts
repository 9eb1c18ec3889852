import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "../../client/client.ts";
import { AppError } from "../../contract/errors.ts";
import { workerName } from "../../contract/names.ts";

/** It is this machine's own server, for a few seconds: looking is cheaper than a stream of events. */
const LOOK_EVERY_MS = 50;

/** Resolves when the worker works for the server that has just been started; rejects with the signal's reason. */
export async function waitForWorker(client: Client, name: string, signal: AbortSignal): Promise<void> {
  const { started_at } = await client.call("status", { signal });
  while (!(await isAtWork(client, name, started_at, signal))) {
    await delay(LOOK_EVERY_MS, undefined, { signal }); // ends with the signal at the latest
  }
}

/** Heard of since then, and after it joined: from then on it survives being killed, because it keeps its token. */
async function isAtWork(client: Client, name: string, since: string, signal: AbortSignal): Promise<boolean> {
  try {
    const params = { worker_name: workerName.parse(name) };
    const { worker } = await client.call("getWorker", { params, signal });
    return worker.state !== "offline" && worker.last_seen_at >= since && worker.last_seen_at > worker.joined_at;
  } catch (error) {
    if (error instanceof AppError && error.code === "not-found") return false;
    throw error;
  }
}
