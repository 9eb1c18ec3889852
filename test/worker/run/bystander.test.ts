import { mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cgroup1Meter, cgroup1Parents } from "../../../src/worker/measure/cgroup1.ts";
import { findHierarchies } from "../../../src/worker/measure/hierarchies.ts";
import { naturalOutcome, type Ending } from "../../../src/worker/run/natural-outcome.ts";
import { knownProgram } from "../../fixtures/programs/known.ts";
import { bestMeter, meters, run } from "./run-command.ts";

const program = knownProgram();
const MIB = 1024 * 1024;

const KILLED: Ending = {
  exit: { code: null, signal: "SIGKILL" },
  path: "/bin/true",
  hasJoined: true,
  isShortOfMemory: true,
  isBystander: true,
  wasMachineShort: false,
  memoryLimit: 100 * MIB,
  memoryBytes: 40 * MIB,
  disk: undefined,
  diskBytes: 0,
  diskLimit: undefined,
};

describe("a run that the kernel killed for memory", () => {
  it("below its own limit is an error of its worker", () => {
    expect(naturalOutcome(KILLED)).toMatchObject({
      kind: "start_failed",
      errors: [{ code: "worker-out-of-memory", used: 40 * MIB, limit: 100 * MIB }],
    });
  });

  it("at its own limit, or without one, is out_of_memory", () => {
    expect(naturalOutcome({ ...KILLED, isBystander: false })).toEqual({ kind: "out_of_memory", limit: 100 * MIB });
    expect(naturalOutcome({ ...KILLED, memoryLimit: undefined })).toMatchObject({ kind: "out_of_memory" });
  });

  it("is told by how it ended and what the machine did, where its own kills are not known", () => {
    const unseen = { ...KILLED, isShortOfMemory: false, isBystander: false };
    expect(naturalOutcome(unseen)).toEqual({ kind: "signalled", signal: "SIGKILL" });
    expect(naturalOutcome({ ...unseen, wasMachineShort: true })).toMatchObject({
      errors: [{ code: "worker-out-of-memory", used: 40 * MIB }],
    });
    const behindShell = { ...unseen, wasMachineShort: true, exit: { code: 137, signal: null } };
    expect(naturalOutcome(behindShell)).toMatchObject({ errors: [{ code: "worker-out-of-memory" }] });
    expect(naturalOutcome({ ...behindShell, exit: { code: 1, signal: null } })).toEqual({ kind: "exited", code: 1 });
    const beyond = { ...unseen, wasMachineShort: true, memoryBytes: 101 * MIB };
    expect(naturalOutcome(beyond)).toEqual({ kind: "out_of_memory", limit: 100 * MIB });
  });

  it("behind a command that says it succeeded is believed", () => {
    expect(naturalOutcome({ ...KILLED, exit: { code: 0, signal: null } })).toEqual({ kind: "exited", code: 0 });
  });
});

describe.runIf(program !== undefined && bestMeter.method === "cgroup1")("in a cgroup that others fill", () => {
  const parents = cgroup1Parents(findHierarchies(""))!; // there are, as the method says
  const crowded = `${parents.memory}/crowded-${process.pid}`;
  beforeAll(() => {
    mkdirSync(crowded);
    writeFileSync(`${crowded}/memory.limit_in_bytes`, String(60 * MIB));
  });
  afterAll(() => rmdirSync(crowded));

  it("a run is a bystander also where it is measured without cgroups, as in a container with a limit", async () => {
    const meter = meters.find(({ method }) => method === "proc");
    const inside = `echo 0 > ${crowded}/cgroup.procs && exec ${program!} alloc 200 5000`;
    const { outcome, measurement } = await run(["sh", "-c", inside], { meter: meter!, limits: { memory: 400 * MIB } });
    expect(outcome).toMatchObject({ kind: "start_failed", errors: [{ code: "worker-out-of-memory" }] });
    expect(measurement.lower_bounds).toContain("memory");
  });

  it("a run within its own limit is a bystander, and leaves figures that are lower bounds", async () => {
    const meter = cgroup1Meter({ ...parents, memory: crowded }, false);
    const { outcome, measurement } = await run([program!, "alloc", "200", "5000"], {
      meter,
      limits: { memory: 400 * MIB },
    });
    meter.close();
    expect(outcome).toMatchObject({ kind: "start_failed", errors: [{ code: "worker-out-of-memory" }] });
    expect(measurement.lower_bounds).toContain("memory");
    expect(measurement.memory_bytes).toBeGreaterThan(30 * MIB);
    expect(measurement.oom_kills).toBe(1);
  });
});
