import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../../contract/errors.ts";
import { submissionSchema } from "../../contract/submission.ts";
import type { SyncAnswer, SyncRequest, WorkerSelf } from "../../contract/worker-protocol.ts";
import type { WorkRequestId, WorkerName } from "../../domain/ids.ts";
import type { WorkRequest } from "../../domain/work-request.ts";
import type { ArtifactFiles } from "../../server/files/artifact-files.ts";
import type { RunFiles } from "../../server/files/run-files.ts";
import { abortWorkRequest } from "../../server/loop/actions.ts";
import { DEFAULT_SETTINGS, type Log, type LoopContext } from "../../server/loop/context.ts";
import { createDesk } from "../../server/loop/dynamic-data.ts";
import { createLive } from "../../server/loop/live.ts";
import { extendLeases, LeaseWatch } from "../../server/loop/lost-runs.ts";
import { Rounds } from "../../server/loop/planning/rounds.ts";
import { createServerTasks } from "../../server/loop/server-tasks.ts";
import { submit } from "../../server/loop/submit.ts";
import { sync } from "../../server/loop/sync.ts";
import { createToken } from "../../server/loop/tokens.ts";
import { joinWorker, setDrain } from "../../server/loop/workers.ts";
import { openStore } from "../../server/store/open.ts";
import type { FaultPoint } from "../../server/store/faults.ts";
import type { Store } from "../../server/store/store.ts";
import { createTaskRegistry } from "../../task/registry.ts";
import {
  ServerKilled,
  type Look,
  type ServerSurroundings,
  type ServerUnderTest,
  type SimulatedSubmission,
} from "./server-under-test.ts";

/** What a test leaves out of the protection, by coming between the server and its store. */
export type WrapStore = (store: Store) => Store;

const GIB = 1024 ** 3;
/** No other server uses its database. */
const FIRST_LEAD = { term: 0 };
/** More than any scenario has. */
const ALL = 1_000;

/** Makes servers for scenarios, each with a new database, in one directory that is removed in the end. */
export class ServerFactory {
  readonly #directory: Promise<string>;
  readonly #wrap: WrapStore | undefined;
  #count = 0;

  constructor(wrap?: WrapStore) {
    this.#directory = prepare();
    this.#wrap = wrap;
  }

  /** A server on an empty database of its own; `start` comes first. */
  async make(around: ServerSurroundings): Promise<ServerUnderTest> {
    const directory = await this.#directory;
    this.#count += 1;
    const file = join(directory, `${this.#count}.db`);
    await copyFile(join(directory, "empty.db"), file);
    const server = new RealServer(file, around, this.#wrap);
    await server.start();
    return server;
  }

  async close(): Promise<void> {
    await rm(await this.#directory, { recursive: true, force: true });
  }
}

/** An empty database with its schema, of which copies are made. In memory where there is such a place. */
async function prepare(): Promise<string> {
  const directory = await mkdtemp(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "almanac-simulate-"));
  const store = await openStore(join(directory, "empty.db"), { onFault: rethrow, isSimulated: true });
  await store.close();
  return directory;
}

function rethrow(error: unknown): never {
  throw error;
}

/**
 * The loop of `server/loop` on a SQLite file, without HTTP, driven in virtual time. When it is killed, everything but the
 * file is dropped: what was not committed is gone.
 */
class RealServer implements ServerUnderTest {
  readonly #file: string;
  readonly #around: ServerSurroundings;
  readonly #wrap: WrapStore;
  readonly #complaints: string[] = [];
  #store: Store | undefined;
  #context: LoopContext | undefined;
  #leases: LeaseWatch | undefined;
  #rounds: Rounds | undefined;
  #stopEvents: (() => void) | undefined;
  #isDead = false;
  #isWoken = true;
  /** What was last seen, while nothing has been written since. */
  #look: Look | undefined;

  constructor(file: string, around: ServerSurroundings, wrap: WrapStore = (store) => store) {
    this.#file = file;
    this.#around = around;
    this.#wrap = wrap;
  }

  async start(): Promise<void> {
    const { clock, random, leaseMs } = this.#around;
    this.#isDead = false;
    this.#look = undefined;
    const opened = await openStore(this.#file, {
      onFault: (error) => this.#complain("the store", error),
      faults: { at: (point) => this.#passing(point) },
      clock,
      isSimulated: true,
    });
    const store = this.#wrap(opened);
    const live = createLive();
    this.#store = opened;
    this.#stopEvents = store.onEvents((events) => {
      this.#look = undefined; // whatever changes that is looked at is an event, too
      this.#isWoken = true;
      live.publishEvents(events);
    });
    const tasks = createTaskRegistry();
    this.#context = {
      store,
      live,
      clock,
      random,
      log: this.#log(),
      files: NO_FILES,
      artifacts: NO_ARTIFACTS,
      tasks,
      // without patience and without gathering, which are real time
      dynamicData: { size: 0, take: (request) => tasks.dynamicData(request), onAnswer: () => undefined },
      serverTasks: createServerTasks(),
      plans: createDesk(() => Promise.reject(new Error("there are no workflows here"))),
      trimmer: { note: () => undefined, close: () => Promise.resolve() },
      courier: { refusal: () => undefined, send: () => Promise.resolve({ isOk: true }), attempts: () => 1 },
      drift: { note: () => undefined, close: () => Promise.resolve() },
      leading: { planner: undefined },
      settings: { ...DEFAULT_SETTINGS, leaseMs, defaults: { ...DEFAULT_SETTINGS.defaults, memory: GIB } },
    };
    this.#leases = new LeaseWatch(this.#context);
    await this.#alive(() => extendLeases(this.#loop));
  }

  join(name: WorkerName, self: WorkerSelf): Promise<void> {
    return this.#alive(async () => {
      const token = await this.#loop.store.transaction((tx) =>
        createToken(tx, { name: "join", scope: "join", worker_name: null, expires_at: null }),
      );
      await joinWorker(this.#loop, token.token.id, name, self);
    });
  }

  submit({ key, memory, cpu_count, priority, depends_on, allow_failure }: SimulatedSubmission): Promise<WorkRequestId> {
    const submission = submissionSchema.parse({
      submission_key: key,
      work_requests: [
        {
          task_name: "simulated",
          subject: key,
          task_data: { command: ["true"] },
          requirements: { cpu_count, ...(memory !== undefined && { memory }) },
          priority,
          depends_on,
          allow_failure,
        },
      ],
    });
    return this.#alive(async () => {
      const [request] = await submit(this.#loop, submission, "somebody");
      return request!.id; // one was submitted
    });
  }

  abort(id: WorkRequestId, by: string): Promise<void> {
    return this.#alive(async () => {
      try {
        await abortWorkRequest(this.#loop, id, by, undefined);
      } catch (error) {
        if (!(error instanceof AppError && error.code === "already-ended")) throw error;
      }
    });
  }

  setDrain(name: WorkerName, isDraining: boolean): Promise<void> {
    return this.#alive(async () => {
      await setDrain(this.#loop, name, isDraining, { name: "admin", token_id: 0 });
    });
  }

  sync(name: WorkerName, call: SyncRequest): Promise<SyncAnswer> {
    return this.#alive(() => sync(this.#loop, name, call, new AbortController().signal));
  }

  async tick(): Promise<void> {
    this.#isWoken = false;
    try {
      await this.#alive(async () => {
        if (this.#rounds === undefined) {
          this.#rounds = new Rounds(this.#loop, this.#leases!, FIRST_LEAD); // made by `start`
          await this.#rounds.begin();
        }
        await this.#rounds.round();
      });
    } catch (error) {
      this.#endRounds(); // as `leader.ts` does: a fault leaves doubt in what is in memory
      throw error;
    }
  }

  async tickIfWoken(): Promise<void> {
    if (this.#isWoken) await this.tick();
  }

  async restart(): Promise<void> {
    await this.#shut();
    await this.start();
  }

  async look(): Promise<Look> {
    this.#look ??= await this.#lookAnew();
    return this.#look;
  }

  async close(): Promise<void> {
    await this.#shut();
    await rm(this.#file, { force: true }); // its place may be memory
  }

  async #shut(): Promise<void> {
    this.#endRounds();
    this.#stopEvents?.();
    await this.#store?.close();
    this.#store = undefined;
  }

  async #lookAnew(): Promise<Look> {
    const { read } = this.#loop.store;
    const { items } = await read.workRequests({}, { limit: ALL });
    const requests = items.map((request) => ({
      id: request.id,
      status: request.status,
      result: request.result,
      waiting: this.#explained(request),
    }));
    return { requests, runs: await read.activeRuns(), complaints: this.#complaints };
  }

  /** As `almanac why` says it: what was written down, or what the planner says now, or what is still missing. */
  #explained(request: WorkRequest): Look["requests"][number]["waiting"] {
    if (request.waiting !== null) return request.waiting;
    const planner = this.#context?.leading.planner;
    if (planner?.isWaiting(request.id) === true) {
      return planner.reasonFor(request.id, this.#around.clock.nowMs()) ?? null;
    }
    if (request.status === "blocked")
      return { code: "dependencies", message: `waits for ${request.dependencies.join(", ")}` };
    return { code: "not_planned_yet", message: "it was not planned yet" };
  }

  get #loop(): LoopContext {
    return this.#context!; // made by `start`, before anything else is called
  }

  #endRounds(): void {
    this.#rounds?.close();
    this.#rounds = undefined;
  }

  /** Does something, and lets everybody hear of it who listens; throws `ServerKilled` when it died of that. */
  async #alive<Value>(work: () => Promise<Value>): Promise<Value> {
    const result = await work().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    await allHaveHeard();
    if (this.#isDead) throw new ServerKilled(); // whatever it would have answered
    if ("error" in result) throw result.error;
    return result.value;
  }

  /** Around each commit; nothing of a server that was killed is written. */
  #passing(point: FaultPoint): void {
    if (this.#isDead) throw new ServerKilled();
    if (point === "in-transaction") return;
    try {
      if (point === "before-commit") this.#around.kill.beforeCommit();
      else this.#around.kill.afterCommit();
    } catch (error) {
      this.#isDead = true;
      this.#look = undefined; // nobody hears of its last events
      throw error;
    }
  }

  #log(): Log {
    const error = (details: object, message: string) => this.#complain(message, "err" in details ? details.err : "");
    return { info: () => undefined, warn: () => undefined, error };
  }

  /** What a server should never have to say; but while it is being killed, everything fails. */
  #complain(what: string, error: unknown): void {
    if (this.#isDead) return;
    this.#look = undefined;
    this.#complaints.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** More turns of the event loop than the simulated store takes to pass events on; it never waits for anything else. */
const TURNS = 5;

async function allHaveHeard(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Runs of a simulation write no logs and leave no files. */
const NO_FILES: RunFiles = {
  logSize: () => Promise.resolve(0),
  appendLog: notHere,
  seal: () => Promise.resolve(),
  readLog: notHere,
  lines: { window: notHere, find: notHere, firstError: notHere },
  remove: () => Promise.resolve(),
};

const NO_ARTIFACTS: ArtifactFiles = {
  put: notHere,
  read: notHere,
  remove: () => Promise.resolve(),
  removeDrafts: () => Promise.resolve(),
};

function notHere(): never {
  throw new TypeError("there are no files in a simulation");
}
