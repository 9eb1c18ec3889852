/*
 * How long one decision takes after a run has ended. Run by `npm run bench:schedule`; `-- --json` prints one JSON
 * document, `-- --decisions N` changes how many are measured (3,000), `-- --pending N,N` the lengths of the queue.
 *
 * A fleet of 1,000 unequal workers is full; requests of 5,000 distinct needs wait. A run ends (the one that is due), a
 * new request takes the place of each that was placed, and the time of `endRun` and `decide` is taken together. The
 * baseline does what a plain loop does: it looks at each waiting request, best-ranked first, on every worker.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { WorkRequestId } from "../src/domain/ids.ts";
import type { Capacity } from "../src/domain/worker.ts";
import type { FleetWorker } from "../src/schedule/fleet/worker-slot.ts";
import { Planner, type WaitingRequest } from "../src/schedule/planner.ts";
import { isRankedBefore } from "../src/schedule/rank.ts";
import { EventQueue } from "../src/schedule/event-queue.ts";
import { seededRandom, type Random } from "../src/simulate/random.ts";
import { actualMs, makeFleet, makeNeeds, makeRequest, type NeedsSpec } from "./schedule/load.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    decisions: { type: "string", default: "3000" },
    pending: { type: "string", default: "10000,100000,1000000" },
    workers: { type: "string", default: "1000" },
    needs: { type: "string", default: "5000" },
  },
});

type Figures = { decisions: number; placed: number; p50_ms: number; p99_ms: number; max_ms: number };
type Row = {
  pending: number;
  planner: Figures & { bytes_per_pending: number; load_us_per_request: number; first_plan_ms: number };
  plain_loop: Figures;
  plain_loop_freed_worker: Figures;
};

const START_MS = 1_700_000_000_000;
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void; // what the flag above provides

/** The fleet, the requests that come, and the ends of runs that are to come. */
class Load {
  readonly random: Random = seededRandom(1);
  readonly fleet: FleetWorker[] = makeFleet(Number(values.workers));
  readonly #needs: NeedsSpec[] = makeNeeds(Number(values.needs), this.random);
  /** Which needs each request has, by its number; made beforehand, so that it does not count as the planner's memory. */
  readonly #needsOf = new Int32Array(4_000_000);
  readonly #ends = new EventQueue<WorkRequestId>();
  nowMs = START_MS;
  #nextId = 1;

  newRequest(): WaitingRequest {
    const index = Math.floor(this.random() * this.#needs.length);
    const id = this.#nextId++;
    this.#needsOf[id] = index;
    return makeRequest(id, this.#needs[index]!, this.nowMs, this.random); // an index of it
  }

  started(id: WorkRequestId): void {
    const needs = this.#needs[this.#needsOf[id]!]!; // both were set when the request was made
    this.#ends.put(this.nowMs + actualMs(needs, this.random), id);
  }

  /** Time goes on to the end of the run that is due next. */
  nextEnd(): WorkRequestId {
    const { atMs, event } = this.#ends.take()!; // the fleet is never empty
    this.nowMs = atMs;
    return event;
  }
}

function benchPlanner(pending: number): Row["planner"] {
  const load = new Load();
  const planner = new Planner();
  for (const worker of load.fleet) planner.setWorker(worker);
  const before = memoryUsed();
  const loadMs = timed(() => fill(load, planner, pending));
  const bytes = memoryUsed() - before;
  const firstMs = timed(() => start(load, planner));
  const times: number[] = [];
  let placed = 0;
  for (let done = 0; done < Number(values.decisions); done += 1) {
    // what new requests bring about by themselves is not part of the decision measured
    fill(load, planner, pending);
    start(load, planner);
    const id = load.nextEnd();
    const started = performance.now();
    planner.endRun(id);
    const assignments = planner.decide(load.nowMs);
    times.push(performance.now() - started);
    placed += assignments.length;
    for (const assignment of assignments) load.started(assignment.id);
  }
  return {
    ...figures(times, placed),
    bytes_per_pending: Math.round(bytes / pending),
    load_us_per_request: round((loadMs * 1000) / pending),
    first_plan_ms: round(firstMs),
  };
}

function fill(load: Load, planner: Planner, pending: number): void {
  while (planner.waitingCount < pending) planner.addRequest(load.newRequest()); // ends: each adds one
}

function start(load: Load, planner: Planner): void {
  for (const { id } of planner.decide(load.nowMs)) load.started(id);
}

/** A worker of the plain loop. */
type PlainWorker = { worker: FleetWorker; room: Capacity };
type PlainRun = { on: PlainWorker; amounts: Capacity };

/** The baseline: for each waiting request, best-ranked first, each worker is looked at. */
class PlainLoop {
  readonly workers: PlainWorker[];
  waiting: WaitingRequest[] = [];
  readonly runs = new Map<WorkRequestId, PlainRun>();

  constructor(fleet: readonly FleetWorker[]) {
    this.workers = fleet.map((worker) => ({ worker, room: { ...worker.capacity } }));
  }

  endRun(id: WorkRequestId): PlainWorker {
    const { on, amounts } = this.runs.get(id)!; // each id is ended once
    this.runs.delete(id);
    on.room.memory += amounts.memory;
    on.room.disk_space += amounts.disk_space;
    on.room.cpu_count += amounts.cpu_count;
    return on;
  }

  /** Places what fits on one of the workers given. */
  decide(workers: readonly PlainWorker[]): WorkRequestId[] {
    const placed: WorkRequestId[] = [];
    const left: WaitingRequest[] = [];
    for (const request of this.waiting) {
      const worker = tightest(request, workers);
      if (worker === undefined) left.push(request);
      else {
        this.#start(request, worker);
        placed.push(request.id);
      }
    }
    this.waiting = left;
    return placed;
  }

  #start(request: WaitingRequest, on: PlainWorker): void {
    const { memory, disk_space, cpu_count } = request.allocation;
    const amounts = { memory: memory.amount, disk_space: disk_space.amount, cpu_count: cpu_count.amount };
    on.room.memory -= amounts.memory;
    on.room.disk_space -= amounts.disk_space;
    on.room.cpu_count -= amounts.cpu_count;
    this.runs.set(request.id, { on, amounts });
  }
}

function tightest({ allocation }: WaitingRequest, workers: readonly PlainWorker[]): PlainWorker | undefined {
  const { memory, disk_space, cpu_count, tags } = allocation;
  let best: PlainWorker | undefined;
  for (const each of workers) {
    const { room } = each;
    if (memory.amount > room.memory || cpu_count.amount > room.cpu_count || disk_space.amount > room.disk_space)
      continue;
    if (!tags.every((tag) => each.worker.tags.includes(tag))) continue;
    if (best === undefined || room.memory < best.room.memory) best = each;
  }
  return best;
}

function benchPlainLoop(pending: number, decisions: number, isFreedOnly: boolean): Figures {
  const load = new Load();
  const loop = new PlainLoop(load.fleet);
  const refill = () => {
    const isFirst = loop.waiting.length === 0;
    while (loop.waiting.length < pending) loop.waiting.push(load.newRequest()); // ends: each adds one
    if (isFirst) loop.waiting.sort((a, b) => (isRankedBefore(a.rank, b.rank) ? -1 : 1));
  };
  // the first plan is not measured: the planner makes it, for the loop would take minutes
  const planner = new Planner({ reservations: 0 });
  for (const worker of load.fleet) planner.setWorker(worker);
  fullFleet(load, loop, planner);
  refill();
  const times: number[] = [];
  let placed = 0;
  for (let done = 0; done < decisions; done += 1) {
    const id = load.nextEnd();
    const started = performance.now();
    const freed = loop.endRun(id);
    const ids = loop.decide(isFreedOnly ? [freed] : loop.workers);
    times.push(performance.now() - started);
    placed += ids.length;
    for (const each of ids) load.started(each);
    refill();
  }
  return figures(times, placed);
}

/** Fills the workers of the loop as the planner fills its own. */
function fullFleet(load: Load, loop: PlainLoop, planner: Planner): void {
  const byName = new Map(loop.workers.map((each) => [each.worker.worker_name, each]));
  const requests = Array.from({ length: 10 * load.fleet.length }, () => load.newRequest());
  const byId = new Map(requests.map((request) => [request.id, request]));
  for (const request of requests) planner.addRequest(request);
  for (const { id, placement } of planner.decide(load.nowMs)) {
    const on = byName.get(placement.worker_name)!; // the planner knows no others
    const { waiting } = loop;
    loop.waiting = [byId.get(id)!]; // and no other requests
    loop.decide([on]);
    loop.waiting = waiting;
    load.started(id);
  }
}

function memoryUsed(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function timed(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

function figures(times: readonly number[], placed: number): Figures {
  const sorted = times.toSorted((a, b) => a - b);
  const [p50_ms, p99_ms, max_ms] = [at(sorted, 0.5), at(sorted, 0.99), at(sorted, 1)];
  return { decisions: times.length, placed, p50_ms, p99_ms, max_ms };
}

function at(sorted: readonly number[], share: number): number {
  return round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}

const rows: Row[] = [];
for (const pending of values.pending.split(",").map(Number)) {
  const plainDecisions = Math.max(3, Math.round(300_000 / pending));
  rows.push({
    pending,
    planner: benchPlanner(pending),
    plain_loop: benchPlainLoop(pending, plainDecisions, false),
    plain_loop_freed_worker: benchPlainLoop(pending, 10 * plainDecisions, true),
  });
  if (!values.json) print(rows.at(-1)!); // just pushed
}
if (values.json) {
  const machine = {
    date: new Date().toISOString().slice(0, 10),
    cpu_model: cpus()[0]?.model ?? "",
    cpu_count: cpus().length,
    node: process.version,
  };
  const load = { workers: Number(values.workers), distinct_needs: Number(values.needs) };
  process.stdout.write(`${JSON.stringify({ benchmark: "schedule", machine, ...load, rows })}\n`);
}

function print({ pending, planner, plain_loop, plain_loop_freed_worker }: Row): void {
  process.stdout.write(
    `${pending} pending: loaded at ${planner.load_us_per_request} us and ${planner.bytes_per_pending} B a request, ` +
      `first plan ${planner.first_plan_ms} ms\n` +
      line("planner", planner) +
      line("plain loop", plain_loop) +
      line("plain loop, freed worker only", plain_loop_freed_worker),
  );
}

function line(name: string, { p50_ms, p99_ms, max_ms, decisions, placed }: Figures): string {
  const times = `p50 ${p50_ms} ms, p99 ${p99_ms} ms, max ${max_ms} ms`;
  return `  ${name.padEnd(30)} ${times} (${decisions} decisions, ${placed} placed)\n`;
}
