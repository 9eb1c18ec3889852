/*
 * Looks for orders of events in which something is lost, runs twice, or never ends. Run by `npm run simulate`:
 * 10,000 seeds unless `-- --seeds N`, from `--from N` on; `-- --seed N` replays one and tells what happens in it.
 * Each seed fixes workers, requests and faults: killed workers and servers, lost, repeated and late messages, workers that
 * are cut off, clocks that are set, drains and aborts. What is driven is the server's own loop on a SQLite database, in
 * virtual time; see docs/simulation.md. `--jobs N` shares the seeds among so many processes (default: one a core). Ends with 1
 * when a seed fails, which is shrunk first.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { ServerFactory } from "../src/simulate/faults/real-server.ts";
import { makeScenario } from "../src/simulate/faults/scenario.ts";
import { searchSeeds, type Failure, type Search } from "../src/simulate/faults/search.ts";
import { playScenario } from "../src/simulate/faults/world.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "10000" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    jobs: { type: "string", default: String(availableParallelism()) },
    json: { type: "boolean", default: false },
  },
});

/** Seeds that a process is given at a time. */
const BATCH = 50;

const started = performance.now();
if (process.send !== undefined) await serve();
else if (values.seed === undefined) await search(number("from"), number("seeds"), number("jobs"));
else await tell(number("seed"));

function number(name: "from" | "seeds" | "seed" | "jobs"): number {
  const value = Number(values[name]);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name}: expected a whole number above 0`);
  return value;
}

async function search(from: number, count: number, jobs: number): Promise<void> {
  const found = await sharedOut(from, count, jobs);
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  if (values.json) process.stdout.write(`${JSON.stringify({ benchmark: "simulate", from, seconds, ...found })}\n`);
  else if (found.failure === undefined) {
    process.stdout.write(`${found.seeds} seeds, ${found.steps} steps, nothing found, in ${seconds} s\n`);
  } else report(found.failure);
  if (found.failure !== undefined) process.exitCode = 1;
}

/** Each process takes the next batch when it has done one, until there are no more or one has found something. */
async function sharedOut(from: number, count: number, jobs: number): Promise<Search> {
  const sum: Search = { seeds: 0, steps: 0, failure: undefined };
  let next = from;
  const work = async () => {
    const child = fork(import.meta.filename);
    const died = once(child, "exit");
    // ends: with the last batch, or with a failure
    while (next < from + count && sum.failure === undefined) {
      const batch = { from: next, count: Math.min(BATCH, from + count - next) };
      next += batch.count;
      child.send(batch);
      const [found] = (await Promise.race([once(child, "message"), died])) as [Search?]; // what `serve` sends
      if (found?.steps === undefined) throw new Error("a process of the search died");
      sum.seeds += found.seeds;
      sum.steps += found.steps;
      sum.failure ??= found.failure;
      tellProgress(sum, count);
    }
    child.disconnect();
    await died;
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return sum;
}

/** On standard error, where it is in nobody's way: ten thousand seeds take a while. */
function tellProgress({ seeds, steps }: Search, count: number): void {
  if (seeds % 1000 === 0 && seeds < count) process.stderr.write(`${seeds} of ${count} seeds, ${steps} steps\n`);
}

/** One of the processes. */
async function serve(): Promise<void> {
  const servers = new ServerFactory();
  process.on("message", ({ from, count }: { from: number; count: number }) => {
    searchSeeds(from, count, { makeServer: (around) => servers.make(around) }).then(
      (found) => process.send?.(found),
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        process.exitCode = 1;
        process.disconnect();
      },
    );
  });
  await once(process, "disconnect");
  await servers.close();
}

async function tell(seed: number): Promise<void> {
  const servers = new ServerFactory();
  const scenario = makeScenario(seed);
  const makeServer = (around: Parameters<typeof servers.make>[0]) => servers.make(around);
  const { finding, story, steps } = await playScenario(scenario, { makeServer, isTold: true });
  process.stdout.write(`${JSON.stringify(scenario, undefined, 2)}\n${story.join("\n")}\n`);
  process.stdout.write(`${steps} steps; ${finding === undefined ? "nothing found" : `found: ${finding.what}`}\n`);
  if (finding !== undefined) process.exitCode = 1;
  await servers.close();
}

function report({ seed, finding, smallest, smallestFinding, story }: Failure): void {
  process.stdout.write(
    `seed ${seed}: ${finding.what}\n` +
      `replay it: npm run simulate -- --seed ${seed}\n\n` +
      `the least that fails: ${smallestFinding.what}\n${JSON.stringify(smallest, undefined, 2)}\n${story.join("\n")}\n`,
  );
}
