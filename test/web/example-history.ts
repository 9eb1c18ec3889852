import type { ImportedEntry } from "../../src/contract/history-entries.ts";
import { timestamp } from "../../src/domain/clock.ts";
import type { Outcome } from "../../src/domain/outcome.ts";
import { seededRandom } from "../../src/simulate/random.ts";
import { GIB } from "../server/harness.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** The two that ran it; one takes longer. */
const MACHINES = [
  { worker_name: "builder-1", cpu_model: "AMD EPYC 9354", slowness: 1 },
  { worker_name: "builder-2", cpu_model: "Intel Xeon 6430", slowness: 1.2 },
] as const;

/** Two months of three tasks; what gcc needs rises after two thirds of them. */
export function history(): ImportedEntry[] {
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
      const usual = minutes * 60 * (0.85 + 0.4 * random());
      const chance = random();
      const failed = chance < 0.04 && subject !== "openssl";
      const lost = chance > 0.985;
      const outcome: Outcome = lost ? { kind: "worker_lost" } : { kind: "exited", code: failed ? 2 : 0 };
      const later = Math.round(random() * 90 * MINUTE_MS);
      const machine = random() < 0.5 ? MACHINES[0] : MACHINES[1];
      const duration = Math.round(usual * machine.slowness);
      const reserved = (amount: number) => ({ amount, source: "history" as const });
      return {
        task_type: "worker",
        task_name,
        subject,
        context,
        completed_at: timestamp(now - (runs - index) * ((60 * DAY_MS) / runs) + later),
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
        worker_name: machine.worker_name,
        cpu_model: machine.cpu_model,
        trusted: true,
        origin: "example",
      } satisfies ImportedEntry;
    });
  return [
    ...series("gcc", "build", 180, 2.3, 12),
    ...series("llvm", "build", 60, 4.4, 16, "sid/amd64", 12),
    ...series("gcc", "build", 30, 2.1, 25, "sid/arm64"),
    ...series("glibc", "test", 90, 0.8, 2),
    ...series("openssl", "test", 60, 0.4, 3),
    ...series("shop", "build", 24, 1.5, 9),
    ...series("shop", "build", 24, 1.4, 14, "sid/arm64"),
    ...series("shop", "test", 24, 0.9, 15),
    ...series("shop", "test", 24, 0.9, 22, "sid/arm64"),
  ];
}
