/*
 * Looks for orders of events in which something is lost, runs twice, or never ends. Run by `npm run simulate`:
 * 10,000 seeds unless `-- --seeds N`, from `--from N` on; `-- --seed N` replays one and tells what happens in it.
 * Each seed fixes workers, requests and faults: killed workers and servers, lost, repeated and late messages, workers that
 * are cut off, clocks that are set, drains and aborts. Ends with 1 when a seed fails, which is shrunk first.
 */
import { parseArgs } from "node:util";
import { ModelServer } from "../src/simulate/faults/model-server.ts";
import { makeScenario } from "../src/simulate/faults/scenario.ts";
import { searchSeeds, type Failure } from "../src/simulate/faults/search.ts";
import { playScenario, type WorldOptions } from "../src/simulate/faults/world.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "10000" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    json: { type: "boolean", default: false },
  },
});

const options: WorldOptions = { makeServer: (around) => new ModelServer(around) };
const started = performance.now();
if (values.seed === undefined) await search(Number(values.from), Number(values.seeds));
else await tell(Number(values.seed));

async function search(from: number, count: number): Promise<void> {
  const found = await searchSeeds(from, count, options);
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  if (values.json) process.stdout.write(`${JSON.stringify({ benchmark: "simulate", from, seconds, ...found })}\n`);
  else if (found.failure === undefined) {
    process.stdout.write(`${found.seeds} seeds, ${found.steps} steps, nothing found, in ${seconds} s\n`);
  } else report(found.failure);
  if (found.failure !== undefined) process.exitCode = 1;
}

async function tell(seed: number): Promise<void> {
  const scenario = makeScenario(seed);
  const { finding, story, steps } = await playScenario(scenario, { ...options, isTold: true });
  process.stdout.write(`${JSON.stringify(scenario, undefined, 2)}\n${story.join("\n")}\n`);
  process.stdout.write(`${steps} steps; ${finding === undefined ? "nothing found" : `found: ${finding.what}`}\n`);
  if (finding !== undefined) process.exitCode = 1;
}

function report({ seed, finding, smallest, smallestFinding, story }: Failure): void {
  process.stdout.write(
    `seed ${seed}: ${finding.what}\n` +
      `replay it: npm run simulate -- --seed ${seed}\n\n` +
      `the least that fails: ${smallestFinding.what}\n${JSON.stringify(smallest, undefined, 2)}\n${story.join("\n")}\n`,
  );
}
