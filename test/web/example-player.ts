import { createHash } from "node:crypto";
import type { RunReport } from "../../src/contract/worker-protocol.ts";
import { timestamp } from "../../src/domain/clock.ts";
import type { RunId, WorkRequestId } from "../../src/domain/ids.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import type { Reactions } from "../../src/domain/reaction.ts";
import type { RunOutput } from "../../src/domain/run.ts";
import type { Curve, Measurement } from "../../src/domain/runtime-statistics.ts";
import { seededRandom } from "../../src/simulate/random.ts";
import { ended, GIB, running, type Harness, type PlayedWorker } from "../server/harness.ts";

/** How long a run of the example takes unless it says otherwise. */
export const MINUTES = 12.5;

/** A request that is played: what is asked for. */
export type Work = {
  task_name?: string;
  subject: string;
  context?: string;
  /** Its command; `true` unless something else is to be seen. */
  command?: string[];
  requirements?: Parameters<Harness["submit"]>[0]["requirements"];
  reactions?: Reactions;
};

/** How its run ends: without an exit code by running out of memory (GiB). `files` are what it leaves, by their paths. */
export type End = {
  exit?: number;
  memory: number;
  minutes?: number;
  log: readonly string[];
  files?: Readonly<Record<string, string>>;
};

type Assigned = { work_request_id: WorkRequestId; run_id: RunId; lease_token: string };

/** Speaks for a worker: each run is placed by the server, and told of as a worker would. */
export class Player {
  readonly #harness: Harness;
  readonly #worker: PlayedWorker;
  #held: RunReport[] = [];
  readonly #assignments = new Map<WorkRequestId, Assigned & { size: number }>();

  constructor(harness: Harness, worker: PlayedWorker) {
    this.#harness = harness;
    this.#worker = worker;
  }

  /** What goes on there, as each call has to say. */
  get held(): readonly RunReport[] {
    return this.#held;
  }

  /** A run from its placement to its end; its request's number. */
  async run(work: Work, end: End): Promise<WorkRequestId> {
    await this.#submit(work);
    return this.end(await this.take(), end);
  }

  /** A run that goes on. */
  async start(work: Work, log: readonly string[], memory = 3.2): Promise<WorkRequestId> {
    await this.#submit(work);
    return this.hold(await this.take(), log, memory);
  }

  /** The next run that the server gives to the worker, begun. */
  async take(): Promise<Assigned> {
    const { assignments } = await this.#worker.sync(this.#held, { wait_ms: 20_000 });
    const assignment = assignments[0]!; // one was placed there: no other worker has the tags
    await this.#worker.sync([...this.#held, running(assignment)]);
    await this.#harness.event(assignment.work_request_id, "started");
    return assignment;
  }

  /** Ends a run. */
  async end(assignment: Assigned, end: End): Promise<WorkRequestId> {
    const size = await this.#write(assignment, end.log);
    const outputs = await this.#leave(assignment, end.files ?? {});
    const outcome: Outcome =
      end.exit === undefined ? { kind: "out_of_memory", limit: end.memory * GIB } : { kind: "exited", code: end.exit };
    const measurement = measured(end.memory, end.exit === undefined, end.minutes);
    const report = ended(assignment, {
      started_at: timestamp(Date.now() - measurement.duration_ms),
      outcome,
      measurement,
      runtime_statistics: statistics(end.memory, end.minutes),
      outputs,
      log: { size, cut_bytes: 0 },
    });
    await this.#worker.sync([...this.#held, report]);
    await this.#harness.event(assignment.work_request_id, "run_ended");
    return assignment.work_request_id;
  }

  /** Lets a run go on, with what it uses (GiB) so far. */
  async hold(assignment: Assigned, log: readonly string[], memory: number): Promise<WorkRequestId> {
    const size = await this.#write(assignment, log);
    this.#assignments.set(assignment.work_request_id, { ...assignment, size });
    const measurement = measured(memory, false);
    const report = running(assignment, {
      started_at: timestamp(Date.now() - measurement.duration_ms),
      measurement,
      runtime_statistics: statistics(memory),
    });
    this.#held.push(report);
    await this.#worker.sync(this.#held);
    return assignment.work_request_id;
  }

  /** A run that goes on writes more. */
  async write(id: WorkRequestId, lines: readonly string[]): Promise<void> {
    const assignment = this.#assignments.get(id)!; // it was started
    assignment.size = await this.#write(assignment, lines, assignment.size);
  }

  async #submit({ command = ["true"], ...work }: Work): Promise<void> {
    const tags = ["arch:amd64", "kvm", ...(work.requirements?.tags ?? [])];
    const [request] = await this.#harness.submit({
      task_name: "build",
      ...work,
      task_data: { command },
      requirements: { ...work.requirements, tags },
    });
    await this.#harness.event(request!.id, "placed");
  }

  async #write({ run_id, lease_token }: Assigned, lines: readonly string[], offset = 0): Promise<number> {
    const body = Buffer.from(
      lines.map((line, index) => `${index * 1200} ${line.startsWith("error") ? "e" : "o"} ${line}\n`).join(""),
    );
    const { size } = await this.#worker.client.upload("appendLog", {
      params: { run_id },
      query: { offset, lease_token },
      body,
    });
    return size;
  }

  async #leave({ run_id, lease_token }: Assigned, files: Readonly<Record<string, string>>): Promise<RunOutput[]> {
    const outputs: RunOutput[] = [];
    for (const [path, text] of Object.entries(files)) {
      const body = Buffer.from(text);
      const output = { path, size: body.length, sha256: createHash("sha256").update(body).digest("hex") };
      const query = { ...output, lease_token };
      await this.#worker.client.upload("putOutput", { params: { run_id }, query, body });
      outputs.push(output);
    }
    return outputs;
  }
}

function statistics(memoryGib: number, minutes = MINUTES) {
  return {
    duration: Math.round(minutes * 60),
    cpu_time: Math.round(minutes * 167),
    memory: Math.round(memoryGib * GIB),
    disk_space: Math.round(1.9 * memoryGib * GIB),
    available_memory: 58 * GIB,
    available_disk_space: 180 * GIB,
    cpu_count: 16,
  };
}

function measured(memoryGib: number, wasKilled: boolean, minutes = MINUTES): Measurement {
  return {
    method: "cgroup2",
    duration_ms: minutes * 60_000,
    cpu_user_ms: Math.round(minutes * 155_000),
    cpu_system_ms: Math.round(minutes * 12_000),
    lower_bounds: wasKilled ? ["memory", "duration"] : [],
    curve: curve(memoryGib, minutes),
  };
}

function curve(memoryGib: number, minutes: number): Curve {
  const random = seededRandom(7);
  const points = Array.from({ length: 180 }, (_, index) => index / 179);
  return {
    at_ms: points.map((share) => Math.round(share * minutes * 60_000)),
    memory: points.map((share) =>
      Math.round(memoryGib * GIB * Math.min(1, 0.2 + share * 0.85) * (0.92 + 0.08 * random())),
    ),
    cpu_millicores: points.map((share) => Math.round(share < 0.08 ? 900 : 2600 + 1000 * random())),
    disk_space: points.map((share) => Math.round(1.9 * memoryGib * GIB * share)),
  };
}
