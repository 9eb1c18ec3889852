import { writeFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import type { ReplayFigures } from "../../src/simulate/replay/replay.ts";
import { makeHome } from "./almanac.ts";

const home = makeHome();
afterAll(() => home[Symbol.dispose]());

const HEADER = "process,tag,status,submit,realtime,%cpu,peak_rss,memory,cpus";
const TRACE = [
  HEADER,
  ...[1, 2, 3, 4].map((n) => `align,s${n},COMPLETED,${n}000,600000,390,3000000000,16000000000,4`),
  "align,s5,FAILED,5000,600000,390,3000000000,16000000000,4",
].join("\n");
const FLEET = '[{ "count": 1, "model": "large", "cpus": 16, "memory": 32 }]';

function files(): { trace: string; fleet: string } {
  const [trace, fleet] = [home.file("trace.csv"), home.file("fleet.json")];
  writeFileSync(trace, `${TRACE}\n`);
  writeFileSync(fleet, FLEET);
  return { trace, fleet };
}

test("a replay compares policies on the workers given, and names what was left out", async () => {
  const { trace, fleet } = files();
  const { code, stdout, stderr } = await home.almanac(["replay", trace, "--workers", fleet, "--json"]);
  expect(code).toBe(0);
  expect(stderr).toContain("1 rows left out");
  const { tasks, left_out, policies } = JSON.parse(stdout) as {
    tasks: number;
    left_out: number;
    policies: ReplayFigures[];
  };
  expect({ tasks, left_out }).toEqual({ tasks: 4, left_out: 1 });
  expect(policies.map(({ policy }) => policy)).toEqual(["fcfs", "backfill", "almanac", "perfect"]);
  // with 16 GB each, only two fit at a time; with what they need, all four do
  const [fcfs, , , perfect] = policies.map(({ makespan_s }) => Math.round(makespan_s));
  expect(fcfs).toBeGreaterThan(1190);
  expect(perfect).toBeLessThan(620);
});

test("a replay takes the server's own history, from standard input as well", async () => {
  const entry = { task_name: "build", completed_at: "2026-11-20T10:00:00Z", duration: "12m", memory: "2.4G" };
  const call = { input: `${JSON.stringify(entry)}\n` };
  const { code, stdout, stderr } = await home.almanac(["replay", "-", "--policy", "almanac,perfect"], call);
  expect({ code, rows: stdout.trim().split("\n").length }).toEqual({ code: 0, rows: 2 });
  expect(stderr).toContain("each run is taken as submitted when it started");
});

test.each([
  [["replay", "missing.csv"], "missing.csv cannot be read"],
  [["replay", "trace.csv", "--policy", "best"], 'There is no policy "best".'],
  [["replay", "trace.csv", "--workers", "trace.csv"], "trace.csv: it is not JSON"],
  [["replay", "empty.csv"], "empty.csv holds no work that could be replayed."],
])("%j is wrong usage", async (args, message) => {
  files();
  writeFileSync(home.file("empty.csv"), `${HEADER}\n`);
  const { code, stdout, stderr } = await home.almanac(args, { cwd: home.path });
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(message);
});
