import { seededRandom } from "../../src/simulate/random.ts";
import type { Trace, TraceRun } from "./traces.ts";

const SUBJECTS = 300;
const RUNS_OF_EACH = 6;

/**
 * What no recorded trace has: subjects that differ (the peaks of packages, log-normal, σ = 1), come again and again, hardly
 * vary by themselves (5 %), and tell no input size.
 */
export function madeTrace(): Trace {
  const random = seededRandom(7);
  const normal = () => Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random()); // Box and Muller
  const runs: TraceRun[] = [];
  for (let subject = 0; subject < SUBJECTS; subject += 1) {
    const usual = Math.log(5e8) + normal();
    for (let run = 0; run < RUNS_OF_EACH; run += 1) {
      const need = Math.exp(usual + 0.05 * normal());
      const duration = 100 * Math.exp(0.5 * normal());
      runs.push({
        id: runs.length + 1,
        task: "build",
        subject: `package ${subject}`,
        context: "",
        memory: { paper: need, online: need },
        duration,
      });
    }
  }
  return { name: "made-packages", path: "", kind: "made", runs };
}
