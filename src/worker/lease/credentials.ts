import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "../../client/client.ts";
import { AppError } from "../../contract/errors.ts";
import type { WorkerSelf } from "../../contract/worker-protocol.ts";
import type { WorkerName } from "../../domain/ids.ts";
import type { WorkerLog } from "../worker-log.ts";
import { writeAtomically } from "./atomic-file.ts";
import type { ServerLine } from "./server-line.ts";

/** What a worker's credentials are made from. */
export type CredentialsOptions = {
  /** The worker's own directory; its token is kept in `token` there. */
  directory: string;
  /** Gets the token whenever there is a new one. */
  line: ServerLine;
  workerName: WorkerName;
  /** A one-time token with which the worker may join, if it was given one. */
  joinToken: string | undefined;
  self: () => WorkerSelf;
  log: WorkerLog;
};

/** The worker's own token: kept on disk, got by joining. */
export class Credentials {
  readonly #options: CredentialsOptions;
  #hasToken = false;

  constructor(options: CredentialsOptions) {
    this.#options = options;
  }

  /** False when the worker has to join first. */
  get hasToken(): boolean {
    return this.#hasToken;
  }

  /** True when it was given a token to join with. */
  get canJoin(): boolean {
    return this.#options.joinToken !== undefined;
  }

  /** Uses the token given, else the one kept on disk. */
  async load(given: string | undefined): Promise<void> {
    const token = given ?? (await readToken(this.#tokenFile));
    if (token !== undefined && token !== "") this.#use(token);
  }

  /**
   * Joins with the one-time token and keeps what the server gives.
   * @throws AppError `join-refused` when the server does not take that token, `worker-name-taken`, and
   * `unauthenticated` when there is none to join with
   */
  async join(signal: AbortSignal): Promise<void> {
    const { line, joinToken, self, workerName, log } = this.#options;
    if (joinToken === undefined) {
      const reason = this.#hasToken ? "the worker's own was refused" : "the worker has none yet";
      throw new AppError("unauthenticated", { reason: `${reason}; start it with --join and a new token` });
    }
    const joining = createClient({ url: line.client.url, token: joinToken, attempts: 1 });
    try {
      const answer = await joining.call("join", { body: { worker_name: workerName, self: self() }, signal });
      await writeAtomically(this.#tokenFile, `${answer.token}\n`, { durable: true, mode: 0o600 });
      this.#use(answer.token);
      log.info({ worker_name: workerName, url: line.client.url }, "joined");
    } catch (error) {
      throw refusalOf(error);
    } finally {
      joining.close();
    }
  }

  get #tokenFile(): string {
    return join(this.#options.directory, "token");
  }

  #use(token: string): void {
    this.#hasToken = true;
    this.#options.line.setToken(token);
  }
}

/** A join token that was used up is unknown to the server: that is said as a refusal to join. */
function refusalOf(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  if (error.code !== "unauthenticated" && error.code !== "forbidden") return error;
  return new AppError("join-refused", { reason: "it is unknown, used up or too old" }, { cause: error });
}

async function readToken(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined; // not joined yet
    throw error;
  }
}
