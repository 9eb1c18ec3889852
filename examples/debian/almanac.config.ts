import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { defineConfig, defineTask, defineWorkflow, z, type WorkflowResult } from "almanac";

const STEPS = readFileSync(join(import.meta.dirname, "steps"), "utf8");
/** Suite and architecture of this machine, such as `bookworm/amd64`: what is built here is built for it. */
const HERE = suiteAndArchitecture();

function suiteAndArchitecture(): string {
  try {
    const suite = /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? "unknown";
    return `${suite}/${execFileSync("dpkg", ["--print-architecture"], { encoding: "utf8" }).trim()}`;
  } catch {
    return "unknown"; // no Debian: the tasks say that they are not available
  }
}

function available(): true | string {
  if (HERE.startsWith("unknown")) return "this is not Debian, and no derivative";
  return process.getuid?.() === 0 ? true : "the layers in which packages are built and installed need root";
}

/** One step of the work on a package: `steps` says what it does. */
const step = (name: string, time: string) =>
  defineTask({
    name: `debian-${name}`,
    data: z.strictObject({ dir: z.string(), package: z.string().default("") }),
    requirements: { max: { duration: time } },
    dynamicData: (data) => ({ subject: data.package, context: HERE }),
    available: async () => available(),
    command: ({ dir, package: source }) => ({
      command: ["./steps", name, dir, source],
      files: { steps: { content: STEPS, mode: 0o755 } },
    }),
  });

/** Prints what became of each package; fails only when something failed that history says should not. */
const summary = defineTask({
  name: "debian-summary",
  data: z.strictObject({
    results: z.array(z.object({ name: z.string(), verdict: z.string(), is_failed: z.boolean(), because: z.string() })),
  }),
  requirements: { memory: "256M" },
  dynamicData: () => ({ context: HERE }),
  run: ({ results }) => {
    for (const { name, verdict, because } of results)
      console.log(`${name.padEnd(24)} ${verdict.padEnd(14)} ${because}`);
    const failed = results.filter((one) => one.is_failed);
    if (failed.length > 0) throw new Error(`regressions: ${failed.map(({ name }) => name).join(", ")}`);
  },
});

const debian = defineWorkflow({
  name: "debian",
  data: z.strictObject({ packages: z.array(z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/)).min(1) }),
  dynamicData: (data) => ({ context: HERE, parameter_summary: data.packages.join(" ").slice(0, 200) }),
  plan: ({ packages }, workflow) => {
    const dir = join(tmpdir(), `almanac-debian-${workflow.id ?? "plan"}`);
    const prepare = workflow.ensure("prepare", { task_name: "debian-prepare", context: HERE, task_data: { dir } });
    const all: string[] = [];
    for (const source of packages) {
      const ask = (name: string, before: string) => {
        const asked = workflow.ensure(`${name} ${source}`, {
          task_name: `debian-${name}`,
          task_data: { dir, package: source },
          subject: source,
          context: HERE,
          group: source,
          depends_on: [before],
        });
        all.push(asked);
        return asked;
      };
      const build = ask("build", ask("fetch", prepare));
      ask("lint", build);
      ask("install", build);
    }
    workflow.callback("look at the results", {
      after: all,
      run: (results) => {
        workflow.ensure("summary", {
          task_name: "debian-summary",
          context: HERE,
          task_data: { results: results.map(shortly) },
        });
      },
    });
  },
});

function shortly({ name, status, verdict, because, is_failed }: WorkflowResult) {
  // what was not run because of another says nothing of its own
  return { name, verdict: verdict ?? status, because: because ?? "", is_failed: is_failed && status === "completed" };
}

const STEP_TIMES = { prepare: "10m", fetch: "10m", build: "2h", lint: "30m", install: "30m" };
const steps = Object.entries(STEP_TIMES).map(([name, time]) => step(name, time));

export default defineConfig({ tasks: [...steps, summary], workflows: [debian] });
