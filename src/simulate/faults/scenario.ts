import { assertNever } from "../../domain/assert-never.ts";
import type { Capacity } from "../../domain/worker.ts";
import { pick, seededRandom, type Random } from "../random.ts";

/** A worker of a scenario. Each speaks the worker protocol over a network that may lose, delay and repeat messages. */
export type WorkerPlan = { name: string; capacity: Capacity };

/** A request of a scenario, and what its command does when it is run. */
export type RequestPlan = {
  /** Milliseconds after the start of the scenario, as all times here. */
  atMs: number;
  /** What its user thinks that it needs, and whether that is asked for. */
  memory: number;
  is_asked: boolean;
  cpu_count: number;
  priority: number;
  /** Positions of requests before it in the scenario. */
  depends_on: number[];
  allow_failure: boolean;
  /** How long its command takes; the memory that it needs; how it exits. */
  durationMs: number;
  peak: number;
  exit_code: number;
};

/** What goes wrong, and when. */
export type Fault =
  /** The worker's process dies with all that it runs; what it had on disk is there when it is back. */
  | { kind: "worker_killed"; atMs: number; worker: number; forMs: number }
  /** Nothing gets through between the worker and the server; its commands go on. */
  | { kind: "cut_off"; atMs: number; worker: number; forMs: number }
  /** The server dies when it next writes (before or after the commit), and is started again. */
  | { kind: "server_killed"; atMs: number; forMs: number; isAfterCommit: boolean }
  /** Messages are lost, repeated or late. Probabilities, and the most that one is late. */
  | { kind: "bad_network"; atMs: number; forMs: number; lost: number; repeated: number; lateMs: number }
  /** The server's wall clock is set. */
  | { kind: "clock_jump"; atMs: number; byMs: number }
  | { kind: "drain"; atMs: number; worker: number; forMs: number }
  /** Somebody aborts a request. */
  | { kind: "abort"; atMs: number; request: number };

/** All that happens from outside; with the seed it fixes everything that happens at all. */
export type Scenario = { seed: number; workers: WorkerPlan[]; requests: RequestPlan[]; faults: Fault[] };

const GIB = 1024 ** 3;
/** Requests come, and faults happen, within this time. */
const TROUBLED_MS = 40_000;

/** The scenario of a seed: a few workers, up to a dozen requests, up to eight faults. */
export function makeScenario(seed: number): Scenario {
  const random = seededRandom(seed);
  const workers = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, index) => makeWorker(index, random));
  const requests: RequestPlan[] = [];
  const count = 1 + Math.floor(random() * 12);
  for (let index = 0; index < count; index += 1) requests.push(makeRequest(index, random));
  const faults = Array.from({ length: Math.floor(random() * 9) }, () => makeFault(workers, requests, random));
  return { seed, workers, requests, faults };
}

/** The first worker can hold any request, so that each can end. */
function makeWorker(index: number, random: Random): WorkerPlan {
  const memory = index === 0 ? 8 : pick(random, [2, 4, 8]);
  const cpu_count = index === 0 ? 4 : pick(random, [1, 2, 4]);
  return { name: `w${index}`, capacity: { memory: memory * GIB, disk_space: 100 * GIB, cpu_count } };
}

function makeRequest(index: number, random: Random): RequestPlan {
  const memory = pick(random, [1, 1, 2, 4, 8]) * GIB;
  const dependsOn = index > 0 && random() < 0.3 ? [Math.floor(random() * index)] : [];
  return {
    atMs: Math.floor(random() * TROUBLED_MS * 0.6),
    memory,
    is_asked: random() < 0.3,
    cpu_count: pick(random, [0.5, 1, 1, 2, 4]),
    priority: pick(random, [0, 0, 0, 1, -1]),
    depends_on: dependsOn,
    allow_failure: random() < 0.3,
    durationMs: Math.floor(pick(random, [50, 1000, 5000, 20_000]) * (0.5 + random())),
    peak: random() < 0.85 ? memory / 2 : memory * 1.5,
    exit_code: random() < 0.85 ? 0 : 1,
  };
}

function makeFault(workers: readonly WorkerPlan[], requests: readonly RequestPlan[], random: Random): Fault {
  const atMs = Math.floor(random() * TROUBLED_MS);
  const forMs = Math.floor(pick(random, [200, 3000, 12_000, 25_000]) * (0.5 + random()));
  const worker = Math.floor(random() * workers.length);
  const kind = pick(random, KINDS);
  switch (kind) {
    case "worker_killed":
    case "cut_off":
    case "drain":
      return { kind, atMs, worker, forMs };
    case "server_killed":
      return { kind, atMs, forMs, isAfterCommit: random() < 0.5 };
    case "bad_network":
      return {
        kind,
        atMs,
        forMs,
        lost: random() * 0.5,
        repeated: random() * 0.5,
        lateMs: pick(random, [5, 500, 5000, 20_000]),
      };
    case "clock_jump":
      return { kind, atMs, byMs: pick(random, [-600_000, -20_000, 20_000, 600_000]) };
    case "abort":
      return { kind, atMs, request: Math.floor(random() * requests.length) };
    default:
      return assertNever(kind);
  }
}

const KINDS = [
  "worker_killed",
  "worker_killed",
  "cut_off",
  "cut_off",
  "server_killed",
  "server_killed",
  "bad_network",
  "bad_network",
  "clock_jump",
  "drain",
  "abort",
] as const satisfies readonly Fault["kind"][];
