import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { homePaths } from "../../src/client/home.ts";
import { lockHolder } from "../../src/worker/worker.ts";
import { ALMANAC, makeHome, type Home } from "./almanac.ts";
import { startUp } from "./up.ts";

let home: Home;
beforeEach(() => {
  home = makeHome();
});
afterEach(() => {
  const worker = workerPid();
  if (worker !== undefined) process.kill(worker, "SIGKILL");
  home[Symbol.dispose]();
});

/** The living worker of the home. */
function workerPid(): number | undefined {
  const { workersDirectory } = homePaths(home.path);
  if (!existsSync(workersDirectory)) return undefined;
  return readdirSync(workersDirectory)
    .map((name) => lockHolder(home.path, name))
    .find((pid) => pid !== undefined);
}

test("a signal ends server and worker, and takes the server's record away", async () => {
  const up = await startUp(home.path);
  expect(workerPid()).toBeDefined();
  expect(await up.stop()).toBe(0);
  expect(workerPid()).toBeUndefined();
  expect(existsSync(home.file("server.json"))).toBe(false);
});

test("the worker of a killed server finishes what runs, and the next server uses it", async () => {
  const first = await startUp(home.path);
  const worker = workerPid();
  const done = home.file("done");
  const { stdout } = await home.almanac([
    "submit",
    "--script",
    `while [ ! -e ${home.file("go")} ]; do sleep 0.05; done; touch ${done}`,
  ]);
  await home.almanac(["events", "--after", "0", "--jsonl"], { until: /"kind":"started"/ });
  await first.kill();
  expect(workerPid()).toBe(worker);
  await home.almanac(["run", "--", "touch", home.file("go")]);

  const second = await startUp(home.path);
  expect(second.errors()).toContain(`is running already (process ${worker}); it is used\n`);
  expect((await home.almanac(["wait", stdout.trim()])).code).toBe(0);
  expect(existsSync(done)).toBe(true);
  const { runs } = JSON.parse((await home.almanac(["show", stdout.trim(), "--json"])).stdout) as { runs: object[] };
  expect(runs).toHaveLength(1);
  expect(await second.stop()).toBe(0);
  expect(workerPid()).toBeUndefined();
});

test("a worker that is killed is started again", async () => {
  const up = await startUp(home.path);
  const killed = workerPid()!; // up waits for it
  process.kill(killed, "SIGKILL");
  expect((await home.almanac(["submit", "--wait", "--", "true"])).code).toBe(0);
  expect(workerPid()).not.toBe(killed);
  expect(up.errors()).toContain("the local worker ended by SIGKILL; it is started again in 1 s\n");
  await up.stop();
});

test("a second server of the same home is refused, one of another home is not", async () => {
  const up = await startUp(home.path);
  const second = await home.almanac(["server", "--port", "0"]);
  expect(second).toMatchObject({ code: 3, stdout: "" });
  expect(second.stderr).toMatch(/^almanac: a server of this home is running already, at http:\S+ \(process \d+\)\.\n/);
  await up.stop();
});

test("a port that is taken is named, with what to do", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as { port: number }; // it listens on TCP
  const { code, stdout, stderr } = await home.almanac(["server", "--port", String(port)]);
  other.close();
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toBe(
    `almanac: the port ${port} of 127.0.0.1 is in use by another program.\n` +
      "  Choose another with --port; --port 0 takes any that is free.\n",
  );
});

test("a database that cannot be used is named", async () => {
  const { code, stderr } = await home.almanac(["server", "--port", "0", "--database", "mysql://localhost/x"]);
  expect(code).toBe(2);
  expect(stderr).toContain("mysql://localhost/x cannot be used");
});

test("the greeting is one document with --json, and its worker takes what it is told", async () => {
  const args = [
    "up",
    "--port",
    "0",
    "--json",
    "--name",
    "w-1",
    "--tag",
    "kvm",
    "--memory",
    "1G",
    "--cpus",
    "1",
    "--keep-requests",
    "3h",
  ];
  const child = spawn(ALMANAC, args, {
    env: { ...process.env, ALMANAC_HOME: home.path },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [greeting] = (await once(child.stdout, "data")) as [Buffer];
  const record = JSON.parse(readFileSync(home.file("server.json"), "utf8")) as { url: string; pid: number };
  expect(JSON.parse(greeting.toString())).toEqual({
    url: record.url,
    pid: record.pid,
    home: home.path,
    worker_name: "w-1",
  });
  const { stdout } = await home.almanac(["worker", "show", "w-1", "--json"]);
  const { worker } = JSON.parse(stdout) as { worker: { tags: string[]; capacity: object } };
  expect(worker.tags).toContain("kvm");
  expect(worker.capacity).toMatchObject({ memory: 2 ** 30, cpu_count: 1 });
  const id = (await home.almanac(["submit", "--", "true"])).stdout.trim();
  expect((await home.almanac(["show", id, "--json=expire_after"])).stdout).toBe('{"expire_after":10800}\n');
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
});
