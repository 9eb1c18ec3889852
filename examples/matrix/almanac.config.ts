import { join } from "node:path";
import { defineConfig, defineTask, defineWorkflow, z } from "almanac";

const BENCH = join(import.meta.dirname, "bench.mjs");
const VERSIONS = ["built_in", "typed"] as const;

/** One run of the benchmark; its context is the version, so each version is compared with itself. */
const bench = defineTask({
  name: "bench",
  data: z.strictObject({ version: z.enum(VERSIONS), copies: z.int().min(0).max(100).default(0) }),
  requirements: { memory: "512M", cpu_count: 1 },
  dynamicData: (data) => ({ subject: "sort", context: data.version }),
  command: (data) => [process.execPath, BENCH, data.version, String(data.copies)],
});

/** Every version so many times; `copies` is what a change does to them. */
const matrix = defineWorkflow({
  name: "matrix",
  data: z.strictObject({ rounds: z.int().min(1).max(100).default(30), copies: z.int().min(0).max(100).default(0) }),
  plan: ({ rounds, copies }, workflow) => {
    for (const version of VERSIONS) {
      for (let round = 1; round <= rounds; round += 1) {
        workflow.ensure(`${version} ${round}`, {
          task_name: "bench",
          task_data: { version, copies: version === "typed" ? copies : 0 },
          subject: "sort",
          context: version,
          group: version,
          // one after another, so that runs of a version do not disturb each other
          depends_on: round === 1 ? [] : [`${version} ${round - 1}`],
        });
      }
    }
  },
});

export default defineConfig({ tasks: [bench], workflows: [matrix] });
