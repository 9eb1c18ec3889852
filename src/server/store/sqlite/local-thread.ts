import { EventEmitter } from "node:events";
import type { FromThread, ToThread } from "./protocol.ts";
import { StatementServer } from "./serve-statements.ts";

/**
 * Stands in for a connection's thread where statements are to be run at once and in one order, whatever the machine is
 * doing: in simulations.
 */
export class LocalThread extends EventEmitter {
  readonly #server: StatementServer;

  constructor(file: string, role: "writer" | "reader") {
    super();
    const send = (message: FromThread) => void this.emit("message", message);
    this.#server = new StatementServer({ file, role }, { send, closed: () => void this.emit("exit") });
  }

  postMessage(message: ToThread): void {
    this.#server.take(message);
  }
}
