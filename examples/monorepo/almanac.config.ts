import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig, defineTask, defineWorkflow, z } from "almanac";

const SOURCE = import.meta.dirname;
/** Where the packages are installed, on the one worker that this example has. */
const INSTALLED = join(tmpdir(), "almanac-monorepo");
const PACKAGES = readdirSync(join(SOURCE, "packages")).sort();

/** Stands for `npm ci`: what all suites need, once. */
const install = defineTask({
  name: "monorepo-install",
  data: z.strictObject({}),
  requirements: { memory: "256M", cpu_count: 1 },
  command: () => ({ script: `rm -rf '${INSTALLED}'; mkdir -p '${INSTALLED}'; cp -R '${SOURCE}/.' '${INSTALLED}'` }),
});

/** The tests of one package. */
const suite = defineTask({
  name: "monorepo-suite",
  data: z.strictObject({ package: z.enum(PACKAGES as [string, ...string[]]) }),
  requirements: { memory: "256M", cpu_count: 1 },
  dynamicData: (data) => ({ subject: data.package }),
  command: (data) => [process.execPath, "--test", join(INSTALLED, "packages", data.package, "test.mjs")],
});

/**
 * The suites in so many shards that go side by side. In a shard one suite goes after the other; which suites are in
 * which shard is decided by how long they took before, so that all shards take the same time.
 */
const tests = defineWorkflow({
  name: "monorepo",
  data: z.strictObject({ shards: z.int().min(1).max(20).default(2) }),
  plan: async ({ shards }, workflow) => {
    const installed = workflow.ensure("install", { task_name: "monorepo-install", subject: "all" });
    const suites = await Promise.all(
      PACKAGES.map(async (name) => {
        const [last] = await workflow.history({ task_name: "monorepo-suite", subject: name, limit: 1 });
        const { duration } = await workflow.estimate({ task_name: "monorepo-suite", subject: name });
        return { name, seconds: last === undefined ? undefined : duration?.p50 };
      }),
    );
    for (const [index, shard] of split(suites, shards).entries()) {
      let before = installed;
      for (const name of shard) {
        before = workflow.ensure(name, {
          task_name: "monorepo-suite",
          task_data: { package: name },
          subject: name,
          group: `shard ${index + 1}`,
          depends_on: [before],
        });
      }
    }
  },
});

type Suite = { name: string; seconds: number | undefined };

/** The longest first, each to the shard that has least so far (Graham, 1969). Nothing known: as many in each. */
function split(suites: readonly Suite[], count: number): string[][] {
  const known = suites.flatMap(({ seconds }) => seconds ?? []);
  const usual = known.length === 0 ? 1 : known.reduce((sum, seconds) => sum + seconds, 0) / known.length;
  const shards = Array.from({ length: count }, () => ({ seconds: 0, names: [] as string[] }));
  if (known.length === 0) {
    for (const [index, { name }] of suites.entries()) {
      shards[Math.floor((index * count) / suites.length)]?.names.push(name);
    }
    return shards.map(({ names }) => names);
  }
  for (const { name, seconds = usual } of suites.toSorted((a, b) => (b.seconds ?? usual) - (a.seconds ?? usual))) {
    const least = shards.reduce((found, shard) => (shard.seconds < found.seconds ? shard : found));
    least.seconds += seconds;
    least.names.push(name);
  }
  return shards.map(({ names }) => names);
}

export default defineConfig({ tasks: [install, suite], workflows: [tests] });
