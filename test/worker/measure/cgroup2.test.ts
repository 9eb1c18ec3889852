import { cpSync, mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Cgroup2Account } from "../../../src/worker/measure/cgroup2.ts";
import { detectMeter } from "../../../src/worker/measure/detect.ts";
import { availableMemory, cpuCount, totalMemory } from "../../../src/worker/measure/machine.ts";
import { freshDirectory } from "../run/run-command.ts";

/** The link that names our process namespace. */
const readLink = (): string => readlinkSync("/proc/self/ns/pid");

const recorded = join(import.meta.dirname, "../../fixtures/trees/cgroup2-linux-6.12");
const MIB = 1024 * 1024;

/** An account in a recorded cgroup; files may be changed as the kernel would. */
function recordedAccount(): {
  account: Cgroup2Account;
  set: (file: string, text: string) => void;
  get: (file: string) => string;
} {
  const directory = join(freshDirectory(), "almanac-1-1-1-1");
  const account = new Cgroup2Account(directory);
  cpSync(join(recorded, "run"), directory, { recursive: true });
  // the kernel replaces what these say, where an ordinary file would keep its tail
  for (const file of ["memory.max", "memory.high", "memory.swap.max", "pids.max"])
    writeFileSync(join(directory, file), "");
  return {
    account,
    set: (file, text) => {
      writeFileSync(join(directory, file), text);
    },
    get: (file) => readFileSync(join(directory, file), "utf8"),
  };
}

describe("a recorded cgroup v2", () => {
  it("gives memory without cache, CPU time, tasks and kills for memory", () => {
    const { account } = recordedAccount();
    expect(account.reading()).toEqual({
      memory_bytes: 209_768_448,
      file_cache_bytes: 0,
      kernel_bytes: 471_040,
      high_water_bytes: 210_497_536,
      cpu_user_us: 45_715,
      cpu_system_us: 927_367,
      task_count: 1,
      task_peak: 1,
      oom_kills: 0,
      limit_hits: 0,
      read_bytes: 0,
      write_bytes: 0,
    });
  });

  it("counts shared memory as memory and not as cache", () => {
    const { account, set } = recordedAccount();
    set("memory.stat", `anon ${10 * MIB}\nfile ${70 * MIB}\nkernel 0\nshmem ${50 * MIB}\n`);
    const { memory_bytes, file_cache_bytes } = account.reading();
    expect([memory_bytes, file_cache_bytes]).toEqual([60 * MIB, 20 * MIB]);
  });

  it("adds up what was read and written on all devices", () => {
    const { account, set } = recordedAccount();
    set(
      "io.stat",
      "254:0 rbytes=100 wbytes=20 rios=1 wios=1 dbytes=0 dios=0\n254:16 rbytes=5 wbytes=7 rios=1 wios=1\n",
    );
    const { read_bytes, write_bytes } = account.reading();
    expect([read_bytes, write_bytes]).toEqual([105, 27]);
  });

  it("leaves out what the kernel does not have", () => {
    const { account, set } = recordedAccount();
    for (const file of ["memory.stat", "memory.peak", "memory.events", "io.stat", "pids.current", "pids.peak"])
      set(file, "");
    expect(account.reading()).toEqual({ cpu_user_us: 45_715, cpu_system_us: 927_367, read_bytes: 0, write_bytes: 0 });
  });

  it("tells when it is empty", () => {
    const { account, set } = recordedAccount();
    expect(account.isEmpty()).toBe(false);
    set("cgroup.events", "populated 0\nfrozen 0\n");
    expect(account.isEmpty()).toBe(true);
  });

  it("is limited by the kernel, without swap, and killed at once", () => {
    const { account, get } = recordedAccount();
    expect(account.limitMemory(100 * MIB)).toBe(true);
    expect([get("memory.max"), get("memory.swap.max"), get("memory.high")]).toEqual([String(100 * MIB), "0", ""]);
    expect(account.limitTasks(50)).toBe(true);
    expect(get("pids.max")).toBe("50");
    account.kill();
    expect(get("cgroup.kill")).toBe("1");
  });

  it("is slowed before it is killed when its limit is elastic", () => {
    const { account, get } = recordedAccount();
    account.limitMemory(100 * MIB, 64 * MIB);
    expect([get("memory.high"), get("memory.max")]).toEqual([String(148 * MIB), String(164 * MIB)]);
  });
});

const OWN = "sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/almanac.scope";

/** A recorded machine whose scope holds the given processes; ours are known to it. */
function recordedMachine(processes: number[]): string {
  const root = freshDirectory();
  cpSync(join(recorded, "machine"), root, { recursive: true });
  mkdirSync(join(root, "proc", String(process.pid)));
  writeFileSync(join(root, "proc", String(process.pid), "stat"), readFileSync("/proc/self/stat"));
  writeFileSync(join(root, OWN, "cgroup.procs"), processes.join("\n"));
  return root;
}

describe("a machine with cgroup v2", () => {
  it("gives runs cgroups below our own when nobody else is in it", () => {
    const root = recordedMachine([process.pid]);
    const { meter, findings } = detectMeter({ root });
    expect(meter.method).toBe("cgroup2");
    expect(findings[0]).toEqual({ name: "cgroup2", ok: true, detail: `runs get cgroups below ${join(root, OWN)}` });
  });

  it("gives runs cgroups beside our own when others are in it", () => {
    const root = recordedMachine([process.pid, 1]);
    const { findings } = detectMeter({ root });
    expect(findings[0]?.detail).toBe(`runs get cgroups below ${join(root, OWN, "..")}`);
  });

  it("moves into a cgroup below a container's root, which only looks like the machine's", () => {
    const root = recordedMachine([]);
    writeFileSync(join(root, "proc/self/cgroup"), "0::/\n");
    writeFileSync(join(root, "sys/fs/cgroup/cgroup.type"), "domain\n");
    const { findings } = detectMeter({ root });
    expect(findings[0]?.detail).toBe(`runs get cgroups below ${join(root, "sys/fs/cgroup")}`);
  });

  it("falls back to /proc where the memory controller is not passed down, and says what to do", () => {
    const root = recordedMachine([process.pid, 1]);
    for (const directory of [OWN, join(OWN, "..")])
      writeFileSync(join(root, directory, "cgroup.subtree_control"), "pids\n");
    const { meter, findings } = detectMeter({ root });
    expect(meter.method).toBe("proc");
    expect(findings[0]).toMatchObject({ name: "cgroup2", ok: false, advice: expect.stringContaining("Delegate=yes") });
  });

  it("falls back to /proc where the tree has no memory controller", () => {
    const root = recordedMachine([process.pid]);
    writeFileSync(join(root, OWN, "..", "cgroup.controllers"), "pids\n");
    const { findings } = detectMeter({ root });
    expect(findings[0]?.detail).toContain("has no memory controller");
  });

  it("removes the cgroups of workers that are gone and leaves those of others alone", () => {
    const root = recordedMachine([process.pid]);
    const namespace = /\d+/.exec(readLink())?.[0];
    const [gone, other] = [`almanac-${namespace}-999999-1-1`, "almanac-1-999999-1-1"];
    for (const name of [gone, other, "somebody-else"]) mkdirSync(join(root, OWN, name));
    const { findings } = detectMeter({ root });
    expect(findings[1]?.detail).toBe(`removed 1 of workers that are gone: ${gone}`);
    rmSync(root, { recursive: true });
  });

  it("has the memory and the cores that the limits of all cgroups above us leave", () => {
    const root = recordedMachine([process.pid]);
    expect(totalMemory(root)).toBe(2048 * MIB);
    expect(availableMemory(root)).toBe(1024 * MIB);
    expect(cpuCount(root)).toBe(1);
  });
});
