import { AppError } from "../../contract/errors.ts";
import type { SyncAnswer, SyncRequest } from "../../contract/worker-protocol.ts";
import { assertNever } from "../../domain/assert-never.ts";
import type { Clock } from "../../domain/clock.ts";
import type { WorkRequestId, WorkerName } from "../../domain/ids.ts";
import { EventQueue } from "../../schedule/event-queue.ts";
import { seededRandom } from "../random.ts";
import { Invariants } from "./invariants.ts";
import { Network } from "./network.ts";
import type { Fault, Scenario } from "./scenario.ts";
import { ServerKilled, type KillSwitch, type ServerSurroundings, type ServerUnderTest } from "./server-under-test.ts";
import { SimulatedWorker, type WorkerGaps } from "./simulated-worker.ts";

/** What was found in a scenario. */
export type Finding = { atMs: number; what: string };

/** What a scenario came to: what was found wrong first, and what happened until then, for people. */
export type Outcome = { finding: Finding | undefined; steps: number; story: string[] };

export type WorldOptions = {
  makeServer: (around: ServerSurroundings) => Promise<ServerUnderTest>;
  gaps?: WorkerGaps;
  /** Write down what happens. */
  isTold?: boolean;
};

/** What a person asks of the server. Who is not answered asks again. */
type Asked =
  | { kind: "submit"; position: number }
  | { kind: "abort"; position: number }
  /** Drains a worker or resumes it, whichever is wanted when it is asked. */
  | { kind: "drain"; worker: number };

/** The call is not the worker's newest. */
type Refusal = { newest: number };

type Event =
  | { kind: "ask"; what: Asked }
  | { kind: "fault"; fault: Fault }
  | { kind: "fault_over"; fault: Fault }
  | { kind: "tick" }
  | { kind: "say"; worker: number }
  | { kind: "reach_server"; worker: number; call: SyncRequest; sentMs: number }
  | { kind: "reach_worker"; worker: number; answer: SyncAnswer | Refusal; sequence: number; sentMs: number }
  | { kind: "give_up_call"; worker: number; sequence: number }
  | { kind: "processes"; worker: number };

const LEASE_MS = 10_000;
const TICK_MS = 1_000;
const HEARTBEAT_MS = 2_000;
/** A worker without runs asks this often for some: the server does not hold its call, as it would in real time. */
const IDLE_MS = 4_000;
/** A worker that gets no answer tries again after so long. */
const CALL_MS = 3_000;
const RETRY_MS = 500;
/** Everything must have ended this long after the last fault is over and the last request has come. */
const SETTLE_MS = 1_800_000;
/** Real times, so that timestamps look like some. */
const EPOCH_MS = 1_700_000_000_000;

/** Plays a scenario to its end, or to the first thing that is wrong. The same scenario always comes to the same. */
export async function playScenario(scenario: Scenario, options: WorldOptions): Promise<Outcome> {
  const world = new World(scenario, options);
  try {
    return await world.play();
  } finally {
    await world.close();
  }
}

class World {
  readonly #scenario: Scenario;
  readonly #options: WorldOptions;
  readonly #network: Network;
  readonly #makeServer: () => Promise<ServerUnderTest>;
  #made: ServerUnderTest | undefined;
  readonly #workers: SimulatedWorker[];
  readonly #outstanding: (number | undefined)[] = [];
  readonly #events = new EventQueue<Event>();
  readonly #ids: WorkRequestId[] = [];
  readonly #drained = new Map<number, boolean>();
  readonly #invariants = new Invariants();
  readonly #story: string[] = [];
  #nowMs = 0;
  #clockOffsetMs = EPOCH_MS;
  #isServerUp = true;
  #armed: (Fault & { kind: "server_killed" }) | undefined;
  #steps = 0;

  constructor(scenario: Scenario, options: WorldOptions) {
    this.#scenario = scenario;
    this.#options = options;
    this.#network = new Network(scenario.faults, scenario.seed);
    const clock: Clock = { nowMs: () => this.#nowMs + this.#clockOffsetMs, monotonicMs: () => this.#nowMs };
    const kill = this.#killSwitch();
    const random = seededRandom(scenario.seed + 1);
    this.#makeServer = () => options.makeServer({ clock, random, kill, leaseMs: LEASE_MS });
    const commands = new Map(scenario.requests.map((plan, position) => [keyOf(position), plan]));
    const commandOf = (subject: string) => commands.get(subject)!; // there are no other requests
    const gaps = options.gaps ?? {};
    this.#workers = scenario.workers.map((plan) => new SimulatedWorker(plan, { commandOf, gaps }));
  }

  async play(): Promise<Outcome> {
    await this.#prepare();
    const endMs = this.#lastTroubleMs() + SETTLE_MS;
    // ends: when all requests have ended, or at the latest after the time to settle
    for (let next = this.#events.take(); next !== undefined && next.atMs <= endMs; next = this.#events.take()) {
      this.#nowMs = next.atMs;
      this.#steps += 1;
      await this.#guarded(() => this.#handle(next.event));
      const look = await this.#server.look();
      const finding = this.#invariants.check(look, this.#workers, this.#isServerUp);
      if (finding !== undefined) return this.#outcome(finding);
      if (this.#nowMs > this.#lastTroubleMs() && this.#invariants.isAllOver(look, this.#scenario.requests.length))
        break;
    }
    return this.#outcome(this.#invariants.atTheEnd(await this.#server.look(), this.#scenario.requests.length));
  }

  async close(): Promise<void> {
    await this.#made?.close();
  }

  get #server(): ServerUnderTest {
    return this.#made!; // made before anything happens
  }

  async #prepare(): Promise<void> {
    this.#made = await this.#makeServer();
    for (const [index, worker] of this.#workers.entries()) {
      await this.#server.join(this.#nameOf(index), worker.self);
      this.#events.put(index, { kind: "say", worker: index });
    }
    for (const [position, { atMs }] of this.#scenario.requests.entries()) {
      this.#events.put(atMs, { kind: "ask", what: { kind: "submit", position } });
    }
    for (const fault of this.#scenario.faults) this.#events.put(fault.atMs, { kind: "fault", fault });
    this.#events.put(0, { kind: "tick" });
  }

  /** A killed server loses the call that it was killed in, and is started again when its fault is over. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ServerKilled)) throw error;
    }
  }

  #killSwitch(): KillSwitch {
    const die = (isAfterCommit: boolean) => {
      if (this.#armed?.isAfterCommit !== isAfterCommit) return;
      const { forMs } = this.#armed;
      this.#armed = undefined;
      this.#isServerUp = false;
      this.#tell(`the server is killed ${isAfterCommit ? "after" : "before"} a commit`);
      this.#events.put(this.#nowMs + forMs, {
        kind: "fault_over",
        fault: { kind: "server_killed", atMs: 0, forMs, isAfterCommit },
      });
      throw new ServerKilled();
    };
    return {
      beforeCommit: () => {
        die(false);
      },
      afterCommit: () => {
        die(true);
      },
    };
  }

  async #handle(event: Event): Promise<void> {
    switch (event.kind) {
      case "ask":
        return this.#ask(event);
      case "fault":
        this.#begin(event.fault);
        return undefined;
      case "fault_over":
        return this.#end(event.fault);
      case "tick":
        this.#events.put(this.#nowMs + TICK_MS, event);
        return this.#isServerUp ? this.#server.tick() : undefined;
      case "say":
        this.#say(event.worker);
        return undefined;
      case "reach_server":
        return this.#reachServer(event);
      case "reach_worker":
        this.#reachWorker(event);
        return undefined;
      case "give_up_call":
        this.#giveUpCall(event.worker, event.sequence);
        return undefined;
      case "processes":
        this.#processes(event.worker);
        return undefined;
    }
  }

  /** Who is not answered asks again after a while; the key of a submission makes that harmless. */
  async #ask(event: Event & { kind: "ask" }): Promise<void> {
    try {
      if (!this.#isServerUp) throw new ServerKilled();
      await this.#answer(event.what);
    } catch (error) {
      if (error instanceof ServerKilled) this.#events.put(this.#nowMs + RETRY_MS, event);
      throw error;
    }
  }

  #answer(what: Asked): Promise<void> {
    switch (what.kind) {
      case "submit":
        return this.#submit(what.position);
      case "abort":
        return this.#abort(what.position);
      case "drain":
        return this.#server.setDrain(this.#nameOf(what.worker), this.#drained.get(what.worker) ?? false);
      default:
        return assertNever(what);
    }
  }

  #askDrain(worker: number, isDraining: boolean): void {
    this.#drained.set(worker, isDraining);
    this.#events.put(this.#nowMs, { kind: "ask", what: { kind: "drain", worker } });
  }

  #nameOf(worker: number): WorkerName {
    return this.#workers[worker]!.plan.name as WorkerName; // only workers of the scenario are named, and so
  }

  async #submit(position: number): Promise<void> {
    const plan = this.#scenario.requests[position]!; // the scenario has it
    const depends_on = plan.depends_on.map((other) => this.#ids[other]);
    if (depends_on.includes(undefined)) throw new ServerKilled("what it depends on is not submitted yet");
    const { cpu_count, priority, allow_failure } = plan;
    const memory = plan.is_asked ? plan.memory : undefined;
    const key = keyOf(position);
    const known = depends_on.filter((id) => id !== undefined);
    const id = await this.#server.submit({ memory, cpu_count, priority, allow_failure, depends_on: known, key });
    this.#ids[position] = id;
    this.#invariants.acknowledged(id);
    this.#tell(`#${id} is submitted`);
  }

  #begin(fault: Fault): void {
    this.#tell(`fault: ${JSON.stringify(fault)}`);
    switch (fault.kind) {
      case "worker_killed":
        this.#workers[fault.worker]!.kill(); // the scenario has it
        this.#outstanding[fault.worker] = undefined;
        this.#events.put(this.#nowMs + fault.forMs, { kind: "fault_over", fault });
        return;
      case "server_killed":
        if (this.#isServerUp) this.#armed = fault;
        return;
      case "clock_jump":
        this.#clockOffsetMs += fault.byMs;
        return;
      case "drain":
        this.#events.put(this.#nowMs + fault.forMs, { kind: "fault_over", fault });
        this.#askDrain(fault.worker, true);
        return;
      case "abort":
        this.#events.put(this.#nowMs, { kind: "ask", what: { kind: "abort", position: fault.request } });
        return;
      case "cut_off":
      case "bad_network":
        return; // the network asks for them
    }
  }

  async #end(fault: Fault): Promise<void> {
    this.#tell(`over: ${fault.kind}`);
    if (fault.kind === "worker_killed") {
      const worker = this.#workers[fault.worker]!; // the scenario has it
      if (!worker.isAlive) worker.revive();
      this.#say(fault.worker);
    } else if (fault.kind === "server_killed") {
      this.#isServerUp = true;
      await this.#server.restart();
    } else if (fault.kind === "drain") {
      this.#askDrain(fault.worker, false);
    }
  }

  async #abort(position: number): Promise<void> {
    const id = this.#ids[position];
    if (id === undefined) return;
    await this.#server.abort(id, "somebody");
    this.#invariants.abortAcknowledged(id);
    this.#tell(`#${id} is to be aborted`);
  }

  /** A worker sends a call, unless one is on its way already. */
  #say(index: number): void {
    const worker = this.#workers[index]!; // only workers of the scenario are named
    if (!worker.isAlive || this.#outstanding[index] !== undefined) return;
    const call = worker.call();
    this.#outstanding[index] = call.sequence;
    this.#events.put(this.#nowMs + CALL_MS, { kind: "give_up_call", worker: index, sequence: call.sequence });
    for (const { afterMs } of this.#network.deliveries(`${index} ${call.sequence} call`, this.#nowMs)) {
      this.#events.put(this.#nowMs + afterMs, { kind: "reach_server", worker: index, call, sentMs: this.#nowMs });
    }
  }

  async #reachServer({ worker, call, sentMs }: Event & { kind: "reach_server" }): Promise<void> {
    if (!this.#isServerUp || this.#network.isCutOff(worker, this.#nowMs)) return;
    const answer = await this.#answerTo(worker, call);
    for (const { afterMs } of this.#network.deliveries(`${worker} ${call.sequence} answer`, this.#nowMs)) {
      const event: Event = { kind: "reach_worker", worker, answer, sequence: call.sequence, sentMs };
      this.#events.put(this.#nowMs + afterMs, event);
    }
    await this.#server.tickIfWoken();
  }

  async #answerTo(worker: number, call: SyncRequest): Promise<SyncAnswer | Refusal> {
    try {
      return await this.#server.sync(this.#nameOf(worker), call);
    } catch (error) {
      if (!(error instanceof AppError && error.code === "call-out-of-order")) throw error;
      return { newest: Number(error.details["newest"]) };
    }
  }

  #reachWorker({ worker: index, answer, sequence, sentMs }: Event & { kind: "reach_worker" }): void {
    const worker = this.#workers[index]!; // as above
    const isAwaited = worker.isAlive && this.#outstanding[index] === sequence;
    if (!isAwaited || this.#network.isCutOff(index, this.#nowMs)) return;
    this.#outstanding[index] = undefined;
    if ("newest" in answer) {
      worker.refused(answer.newest);
      this.#events.put(this.#nowMs, { kind: "say", worker: index });
      return;
    }
    this.#tellAnswer(worker, answer);
    this.#invariants.heard(answer, worker);
    worker.hear(answer, sentMs, this.#nowMs);
    this.#watch(index);
    const isNews = answer.assignments.length > 0 || answer.aborts.length > 0;
    const pauseMs = isNews ? 5 : worker.hasRuns ? HEARTBEAT_MS : IDLE_MS;
    this.#events.put(this.#nowMs + pauseMs, { kind: "say", worker: index });
  }

  #giveUpCall(index: number, sequence: number): void {
    if (this.#outstanding[index] !== sequence) return;
    this.#outstanding[index] = undefined;
    this.#events.put(this.#nowMs + RETRY_MS, { kind: "say", worker: index });
  }

  #processes(index: number): void {
    const worker = this.#workers[index]!; // as above
    if (!worker.isAlive) return;
    worker.fence(this.#nowMs);
    for (const process of worker.processes.values()) if (process.endMs <= this.#nowMs) this.#invariants.ran(process);
    const hasEnded = worker.reap(this.#nowMs);
    this.#watch(index);
    if (hasEnded) this.#say(index);
  }

  /** Wakes the worker when a process ends, or when it may not go on. */
  #watch(index: number): void {
    const worker = this.#workers[index]!; // as above
    const nextMs = Math.min(worker.nextEndMs(), worker.fenceMs());
    if (nextMs < Infinity) this.#events.put(Math.max(nextMs, this.#nowMs), { kind: "processes", worker: index });
  }

  #lastTroubleMs(): number {
    const { faults, requests } = this.#scenario;
    const ends = faults.map((fault) => fault.atMs + ("forMs" in fault ? fault.forMs : 0));
    return Math.max(0, ...ends, ...requests.map(({ atMs }) => atMs));
  }

  #tellAnswer({ plan }: SimulatedWorker, { assignments, acknowledged, lost, aborts }: SyncAnswer): void {
    const said = [
      ...assignments.map(({ run_id }) => `gets ${run_id}`),
      ...acknowledged.map((id) => `has handed in ${id}`),
      ...lost.map((id) => `has lost ${id}`),
      ...aborts.map(({ run_id }) => `is to end ${run_id}`),
    ];
    if (said.length > 0) this.#tell(`${plan.name} ${said.join(", ")}`);
  }

  #tell(what: string): void {
    if (this.#options.isTold === true) this.#story.push(`${(this.#nowMs / 1000).toFixed(3)} s: ${what}`);
  }

  #outcome(what: string | undefined): Outcome {
    const finding = what === undefined ? undefined : { atMs: this.#nowMs, what };
    return { finding, steps: this.#steps, story: this.#story };
  }
}

function keyOf(position: number): string {
  return `request-${position}`;
}
