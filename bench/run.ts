import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";

/*
 * What `almanac run` adds to a command: `almanac run -- true` against `true`, and against a Node that does
 * nothing. Interleaved, so that a busy machine is busy for all of them; medians and quartiles of wall time.
 * `-- --rounds N` (default 60), `-- --json` for one JSON document.
 */

const root = join(import.meta.dirname, "..");
const almanac = join(root, "bin/almanac");
const home = mkdtempSync(join(tmpdir(), "almanac-bench-"));

const SUBJECTS: Record<string, [string, ...string[]]> = {
  true: ["/bin/true"],
  "node -e 0": [process.execPath, "-e", "0"],
  "almanac measure -- true": [almanac, "measure", "--", "true"],
  "almanac run -- true": [almanac, "run", "--", "true"],
};
const WARM_UP_ROUNDS = 3;

const rounds = Number(argument("--rounds") ?? 60);
const times = new Map<string, number[]>(Object.keys(SUBJECTS).map((name) => [name, []]));
for (let round = -WARM_UP_ROUNDS; round < rounds; round += 1) {
  for (const [name, command] of Object.entries(SUBJECTS)) {
    const ms = wallTimeMs(command);
    if (round >= 0) times.get(name)!.push(ms); // one list for each name
  }
}
rmSync(home, { recursive: true, force: true });
report();

function wallTimeMs([program, ...args]: [string, ...string[]]): number {
  const startedAt = performance.now();
  const { status } = spawnSync(program, args, { stdio: "ignore", env: { ...process.env, ALMANAC_HOME: home } });
  const ms = performance.now() - startedAt;
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}`);
  return ms;
}

function report(): void {
  const baseline = quantile(times.get("true")!, 0.5); // as above
  const results = [...times].map(([name, values]) => ({
    name,
    median_ms: quantile(values, 0.5),
    lower_quartile_ms: quantile(values, 0.25),
    upper_quartile_ms: quantile(values, 0.75),
    added_ms: quantile(values, 0.5) - baseline,
  }));
  if (process.argv.includes("--json")) {
    const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
    process.stdout.write(`${JSON.stringify({ machine, rounds, results })}\n`);
    return;
  }
  process.stdout.write(`${"".padEnd(26)}median   quartiles         added\n`);
  for (const { name, median_ms, lower_quartile_ms, upper_quartile_ms, added_ms } of results) {
    const range = `${lower_quartile_ms.toFixed(1)}–${upper_quartile_ms.toFixed(1)}`;
    process.stdout.write(
      `${name.padEnd(26)}${median_ms.toFixed(1).padStart(6)}   ${range.padEnd(14)}${added_ms.toFixed(1).padStart(7)}  ms\n`,
    );
  }
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!; // not empty: there are rounds
}

function argument(name: string): string | undefined {
  const index = process.argv.indexOf(name);
  return index === -1 ? undefined : process.argv[index + 1];
}
