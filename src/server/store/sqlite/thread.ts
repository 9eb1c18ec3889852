import { parentPort, workerData } from "node:worker_threads";
import type { ToThread } from "./protocol.ts";
import { StatementServer } from "./serve-statements.ts";

/* A thread of its own for one connection, so that a slow disk or a long query never holds up the server. */

const port = parentPort;
if (port === null) throw new Error("this file runs as a worker thread");

// Given by `connection.ts`, which is the only one to start this file.
const server = new StatementServer(workerData as { file: string; role: "writer" | "reader" }, {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  send: (message) => port.postMessage(message),
  closed: () => port.close(), // the thread ends with it
});
port.on("message", (message: ToThread) => server.take(message));
