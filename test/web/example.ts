import type { ImportedEntry } from "../../src/contract/records.ts";
import type { RunReport } from "../../src/contract/worker-protocol.ts";
import { timestamp } from "../../src/domain/clock.ts";
import type { RunId, WorkRequestId } from "../../src/domain/ids.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import { DEFAULT_RETRY_LIMITS } from "../../src/verdict/decide-retry.ts";
import type { Curve, Measurement } from "../../src/domain/runtime-statistics.ts";
import { seededRandom } from "../../src/simulate/random.ts";
import { giveItAccuracy } from "./example-accuracy.ts";
import { countFrom, FIRST_REQUEST, giveItAPast } from "./example-past.ts";
import { ended, GIB, running, startHarness, type Harness, type PlayedWorker } from "../server/harness.ts";

/*
 * A farm as one would find it on a working day: what the pages are tested and photographed with. Everything is chosen by
 * a seed; only the moments are those of now.
 */

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** How long a run of the example takes unless it says otherwise. */
const MINUTES = 12.5;

/** The requests of the example, by what they show. */
export type Example = {
  harness: Harness;
  /** Ends the server and removes what it was made of. */
  close(): Promise<void>;
  builder: PlayedWorker;
  /** Lets more happen on `builder-1`. */
  play: Player;
  ids: Record<
    | "running"
    | "passed"
    | "failed"
    | "regression"
    | "outOfMemory"
    | "tooLarge"
    | "asked"
    | "manual"
    | "hostile"
    | "aborted",
    WorkRequestId
  >;
};

/** Text that wants to be more than text. */
export const HOSTILE = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>\u202egpj.exe`;

/** Starts a server and fills it; `hostile` is what one request is called. */
export async function startExample(hostileName = HOSTILE): Promise<Example> {
  const harness = await startHarness({
    settings: { heartbeatMs: 50, leaseMs: 86_400_000, retryLimits: { ...DEFAULT_RETRY_LIMITS, flaky: 0 } },
  });
  await countFrom(harness, FIRST_REQUEST);
  const past = history();
  await harness.client.call("importHistory", { body: { entries: past } });
  await giveItAccuracy(harness, past);
  const capacity = (memory: number, cpu_count: number) => ({ memory: memory * GIB, cpu_count, disk_space: 200 * GIB });
  const builder = await harness.join("builder-1", {
    capacity: capacity(64, 16),
    tags: ["arch:amd64", "kvm"],
    cpu_model: "AMD EPYC 9354",
  });
  await harness.join("builder-2", { capacity: capacity(32, 8), tags: ["arch:amd64"], cpu_model: "Intel Xeon 6430" });
  await harness.join("arm-1", { capacity: capacity(16, 4), tags: ["arch:arm64"], cpu_model: "Neoverse-N1" });
  await harness.client.call("drainWorker", { params: { worker_name: "arm-1" }, body: {} });
  const play = new Player(harness, builder);
  const passed = await play.run({ subject: "gcc", context: "sid/amd64" }, { exit: 0, memory: 3.3, log: COMPILING });
  const failed = await play.run(
    { task_name: "test", subject: "glibc", context: "sid/amd64" },
    { exit: 2, memory: 0.78, minutes: 2.2, log: FAILING },
  );
  const regression = await play.run(
    { task_name: "test", subject: "openssl", context: "sid/amd64" },
    { exit: 1, memory: 0.4, minutes: 3.1, log: ["ok 1 - handshake", "error: not ok 2 - certificate has expired"] },
  );
  const outOfMemory = await play.run(
    { subject: "webkit", context: "sid/amd64", requirements: { memory: 4 * GIB, max: { memory: 4 * GIB } } },
    { memory: 4, log: COMPILING },
  );
  const hostile = await play.run(
    { task_name: hostileName, subject: hostileName },
    { exit: 1, memory: 0.1, log: [hostileName, "\u001b]0;title\u0007\u001b[31mred\u001b[0m \u001b[2Jcleared"] },
  );
  const aborted = (
    await harness.submit({
      task_name: "build",
      subject: "abandoned",
      requirements: { tags: ["kvm"], memory: 1000 * GIB },
    })
  )[0]!.id;
  await harness.client.call("abortWorkRequest", { params: { id: aborted }, body: { reason: "not wanted any more" } });
  const going = await play.start(
    { subject: "llvm", context: "sid/amd64", requirements: { memory: 6 * GIB } },
    COMPILING,
  );
  const [tooLarge, asked, manual] = await harness.submit(
    {
      task_name: "build",
      subject: "chromium",
      context: "sid/amd64",
      requirements: { memory: 61 * GIB, cpu_count: 16, tags: ["kvm"] },
    },
    { task_type: "wait", task_name: "confirm", task_data: { question: "Release shop 2.1?" } },
    { task_name: "release", subject: "point-release", unblock_strategy: "manual" },
  );
  await harness.event(tooLarge!.id, "waiting");
  const ids = {
    passed,
    failed,
    regression,
    outOfMemory,
    hostile,
    aborted,
    running: going,
    tooLarge: tooLarge!.id,
    asked: asked!.id,
    manual: manual!.id,
  };
  await giveItAPast(harness, passed, [
    { id: passed, waited: 0.1, ran: MINUTES, endedAgo: 171 },
    { id: failed, waited: 0.05, ran: 2.2, endedAgo: 96 },
    { id: regression, waited: 0.1, ran: 3.1, endedAgo: 85 },
    { id: outOfMemory, waited: 0.1, ran: MINUTES, endedAgo: 74 },
    { id: hostile, waited: 0.1, ran: MINUTES, endedAgo: 58 },
    { id: aborted, waited: 41, ran: 0, endedAgo: 33 },
    { id: going, waited: 0.1, ran: MINUTES, endedAgo: 0 },
    { id: tooLarge!.id, waited: 22, ran: 0, endedAgo: 0 },
    { id: manual!.id, waited: 130, ran: 0, endedAgo: 0 },
  ]);
  return { harness, close: () => harness.close(), builder, play, ids };
}

type Work = {
  task_name?: string;
  subject: string;
  context?: string;
  requirements?: Parameters<Harness["submit"]>[0]["requirements"];
};
type End = { exit?: number; memory: number; minutes?: number; log: readonly string[] };

/** Speaks for a worker: each run is placed by the server, and told of as a worker would. */
class Player {
  readonly #harness: Harness;
  readonly #worker: PlayedWorker;
  #held: RunReport[] = [];
  readonly #assignments = new Map<WorkRequestId, { run_id: RunId; lease_token: string; size: number }>();

  constructor(harness: Harness, worker: PlayedWorker) {
    this.#harness = harness;
    this.#worker = worker;
  }

  /** A run from its placement to its end; its request's number. */
  async run(work: Work, end: End): Promise<WorkRequestId> {
    const { id, assignment } = await this.#begin(work);
    const size = await this.#write(assignment, end.log);
    const outcome: Outcome =
      end.exit === undefined ? { kind: "out_of_memory", limit: end.memory * GIB } : { kind: "exited", code: end.exit };
    const measurement = measured(end.memory, end.exit === undefined, end.minutes);
    const report = ended(assignment, {
      started_at: timestamp(Date.now() - measurement.duration_ms),
      outcome,
      measurement,
      runtime_statistics: statistics(end.memory, end.minutes),
      log: { size, cut_bytes: 0 },
    });
    await this.#worker.sync([...this.#held, report]);
    await this.#harness.event(id, "run_ended");
    return id;
  }

  /** A run that goes on. */
  async start(work: Work, log: readonly string[]): Promise<WorkRequestId> {
    const { id, assignment } = await this.#begin(work);
    const size = await this.#write(assignment, log);
    this.#assignments.set(id, { ...assignment, size });
    const measurement = measured(3.2, false);
    const report = running(assignment, {
      started_at: timestamp(Date.now() - measurement.duration_ms),
      measurement,
      runtime_statistics: statistics(3.2),
    });
    this.#held.push(report);
    await this.#worker.sync(this.#held);
    return id;
  }

  /** A run that goes on writes more. */
  async write(id: WorkRequestId, lines: readonly string[]): Promise<void> {
    const assignment = this.#assignments.get(id)!; // it was started
    assignment.size = await this.#write(assignment, lines, assignment.size);
  }

  async #begin(work: Work) {
    const tags = ["arch:amd64", "kvm", ...(work.requirements?.tags ?? [])];
    const [request] = await this.#harness.submit({
      task_name: "build",
      ...work,
      requirements: { ...work.requirements, tags },
    });
    await this.#harness.event(request!.id, "placed");
    const { assignments } = await this.#worker.sync(this.#held);
    const assignment = assignments[0]!; // it was placed there: no other worker has the tags
    await this.#worker.sync([...this.#held, running(assignment)]);
    await this.#harness.event(request!.id, "started");
    return { id: request!.id, assignment };
  }

  async #write(
    { run_id, lease_token }: { run_id: RunId; lease_token: string },
    lines: readonly string[],
    offset = 0,
  ): Promise<number> {
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
}

const COMPILING = Array.from(
  { length: 240 },
  (_, index) => `[${index + 1}/412] Building CXX object lib/Passes/Pass${index}.cpp.o`,
);
const FAILING = [
  ...Array.from({ length: 40 }, (_, index) => `PASS: stdio-common/tst-printf-${index}`),
  "\u001b[1m\u001b[31mFAIL: malloc/tst-mallocstate\u001b[0m",
  "error: original exit status 1",
  "make[2]: *** [Makefile:633: tests] Error 1",
];

function statistics(memoryGib: number, minutes = MINUTES) {
  return {
    duration: Math.round(minutes * 60),
    cpu_time: Math.round(minutes * 335),
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
    cpu_user_ms: Math.round(minutes * 310_000),
    cpu_system_ms: Math.round(minutes * 25_000),
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
    cpu_millicores: points.map((share) => Math.round(share < 0.08 ? 900 : 5200 + 2000 * random())),
    disk_space: points.map((share) => Math.round(1.9 * memoryGib * GIB * share)),
  };
}

/** Two months of three tasks; what gcc needs rises after two thirds of them. */
function history(): ImportedEntry[] {
  const random = seededRandom(11);
  const now = Date.now();
  const series = (
    subject: string,
    task_name: string,
    runs: number,
    gib: number,
    minutes: number,
    context = "sid/amd64",
    asked?: number,
  ): ImportedEntry[] =>
    Array.from({ length: runs }, (_, index) => {
      const hasRisen = subject === "gcc" && index > (runs * 2) / 3;
      const memory = Math.round(gib * GIB * (hasRisen ? 1.45 : 1) * (0.95 + 0.1 * random()));
      const duration = Math.round(minutes * 60 * (0.85 + 0.4 * random()));
      const chance = random();
      const failed = chance < 0.04 && subject !== "openssl";
      const lost = chance > 0.985;
      const outcome: Outcome = lost ? { kind: "worker_lost" } : { kind: "exited", code: failed ? 2 : 0 };
      const reserved = (amount: number) => ({ amount, source: "history" as const });
      return {
        task_type: "worker",
        task_name,
        subject,
        context,
        completed_at: timestamp(now - (runs - index) * ((60 * DAY_MS) / runs) + Math.round(random() * 90 * MINUTE_MS)),
        result: lost ? "error" : failed ? "failure" : "success",
        outcome,
        runtime_statistics: { duration, memory, cpu_time: duration * 6, disk_space: 2 * memory },
        lower_bounds: lost ? ["memory", "duration", "cpu_time", "disk_space"] : [],
        allocation: {
          memory: {
            amount: Math.round(gib * GIB * (index > runs * 0.7 ? 1.7 : 1.25)),
            ...(asked === undefined ? { source: "history" } : { source: "override", asked: asked * GIB }),
          },
          disk_space: reserved(20 * GIB),
          cpu_count: reserved(8),
          duration: reserved(7200),
          tags: [],
        },
        worker_name: random() < 0.5 ? "builder-1" : "builder-2",
        trusted: true,
        origin: "example",
      } satisfies ImportedEntry;
    });
  return [
    ...series("gcc", "build", 180, 2.3, 12),
    ...series("llvm", "build", 60, 4.4, 16),
    ...series("gcc", "build", 30, 2.1, 25, "sid/arm64"),
    ...series("glibc", "test", 90, 0.8, 2),
    ...series("openssl", "test", 60, 0.4, 3, "sid/amd64", 2),
  ];
}
