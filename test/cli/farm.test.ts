import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { createClient } from "../../src/client/client.ts";
import { ALMANAC, makeHome } from "./almanac.ts";
import { useServer } from "./use-server.ts";

const { home, submit } = useServer();

describe("tokens", () => {
  test("one that is unknown, or may not do a thing, gives 4", async () => {
    expect((await home.almanac(["ls", "--token", "wrong"])).code).toBe(4);
    const made = await home.almanac(["token", "new", "reader", "--scope", "read", "--expires-in", "1h"]);
    const secret = made.stdout.trim();
    expect(secret).toMatch(/^almanac_\S+$/);
    const env = { ALMANAC_TOKEN: secret };
    expect((await home.almanac(["ls"], { env })).code).toBe(0);
    const refused = await home.almanac(["submit", "--", "true"], { env });
    expect(refused).toMatchObject({ code: 4, stdout: "" });
    expect(refused.stderr).toContain("submit is needed");
    const { tokens } = JSON.parse((await home.almanac(["token", "ls", "--json"])).stdout) as {
      tokens: { id: number; name: string }[];
    };
    const { id } = tokens.find(({ name }) => name === "reader")!; // made above
    expect((await home.almanac(["token", "revoke", String(id)])).stdout).toBe(`token ${id} revoked\n`);
    expect((await home.almanac(["ls"], { env })).code).toBe(4);
    const told = `token_changed  local revoked the token ${id} reader (read)\n`;
    const until = new RegExp(told.replaceAll(/[()]/g, "\\$&"));
    expect((await home.almanac(["events", "--after", "0"], { until })).stdout).toContain(told);
  });

  test("--debug shows the exchange, and never the token", async () => {
    const { token } = JSON.parse(readFileSync(home.file("server.json"), "utf8")) as { token: string };
    const { stderr } = await home.almanac(["ls", "--debug"]);
    expect(stderr).toMatch(/^debug: GET http:\S+\/api\/v1\/work-requests\?limit=100 → 200 \(\d+ ms/);
    expect(stderr).not.toContain(token);
  });
});

describe("output", () => {
  test("is one JSON document with --json, on every command that asks the server", async () => {
    const id = await submit("--task", "json", "--", "true");
    await home.almanac(["wait", id]);
    const calls = [
      ["ls"],
      ["show", id],
      ["why", id],
      ["wait", id],
      ["watch", id],
      ["log", id],
      ["history", "json"],
      ["estimate", "json"],
      ["worker", "ls"],
      ["token", "ls"],
      ["config", "ls"],
      ["schedule", "ls"],
      ["hook", "ls"],
      ["workflow", "ls"],
      ["doctor"],
      ["stats"],
      ["retry", id],
      ["submit", "--", "true"],
    ];
    for (const args of calls) {
      const { stdout, stderr } = await home.almanac(["--json", ...args]);
      expect(stderr).not.toContain("almanac: ");
      expect(typeof JSON.parse(stdout)).toBe("object");
      expect(stdout.endsWith("}\n")).toBe(true);
    }
  });

  test("is empty where none is asked for", async () => {
    for (const args of [["deliveries"], ["regressions"], ["acts"], ["history", "json"]]) {
      expect(await home.almanac([...args, "--limit", "0", "--json"])).toMatchObject({ code: 0 });
    }
  });

  test("has only the fields asked for, null where there is none, and refuses unknown ones", async () => {
    const id = await submit("--manual", "--", "true");
    expect((await home.almanac(["show", id, "--json=id,result,allocation.memory"])).stdout).toBe(
      `{"id":${id},"result":null,"allocation.memory":null}\n`,
    );
    const { code, stdout, stderr } = await home.almanac(["ls", "--json=colour"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain('--json knows no field "colour" here.\n  There are: aborted, allocation,');
    await home.almanac(["abort", id]);
  });

  test("is tab-separated without a header or colour into a pipe, and coloured when told to", async () => {
    const plain = await home.almanac(["ls"], { env: { NO_COLOR: undefined } });
    expect(plain.stdout).toMatch(/^\d+\t\w+\t/);
    expect(plain.stdout).not.toContain("\u001b");
    const id = await submit("--", "true");
    await home.almanac(["wait", id]);
    const coloured = await home.almanac(["wait", id, "--color", "always"], { env: { NO_COLOR: "1" } });
    expect(coloured.stdout).toContain("\u001b[32m");
    const forced = await home.almanac(["wait", id], { env: { FORCE_COLOR: "1", NO_COLOR: undefined } });
    expect(forced.stdout).toContain("\u001b[32m");
    const ascii = await home.almanac(["wait", id, "--ascii"]);
    expect(ascii.stdout).toMatch(/^\+ success/);
  });

  test("into a pipe that is closed ends in silence, with success", async () => {
    const script = `"$0" log "$1" | head -1; echo "codes \${PIPESTATUS[*]}"`;
    const id = await submit("--script", "seq 1 200000");
    await home.almanac(["wait", id]);
    const child = spawn("bash", ["-c", script, ALMANAC, id], {
      env: { ...process.env, ALMANAC_HOME: home.path },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect({ stdout, stderr }).toEqual({ stdout: "1\ncodes 0 0\n", stderr: "" });
  });
});

describe("history", () => {
  test("is imported once, with bad lines named, or not at all with --strict", async () => {
    const file = home.file("old.jsonl");
    const entry = {
      task_name: "old",
      subject: "s",
      completed_at: "2026-11-01T10:00:00.000Z",
      duration: 5,
      worker_name: "w-old",
    };
    writeFileSync(file, `${JSON.stringify(entry)}\nnot json\n`);
    const strict = await home.almanac(["import", "--strict", file]);
    expect(strict).toMatchObject({ code: 1, stdout: "" });
    expect(strict.stderr).toContain(`${file}: line 2`);
    expect(strict.stderr).toContain("nothing was imported: 1 bad line, and --strict\n");
    expect((await home.almanac(["import", "--dry-run", file])).stdout).toContain("dry run: nothing was\n");
    expect((await home.almanac(["import", file])).stdout).toBe("1 entry imported, 0 already there\n");
    expect((await home.almanac(["import", file])).stdout).toBe("0 entries imported, 1 already there\n");
    const onWorker = async (name: string) =>
      (await home.almanac(["history", "old", "--worker", name, "--json=subject"])).stdout;
    expect(JSON.parse(await onWorker("w-old"))).toEqual([{ subject: "s" }]);
    expect(JSON.parse(await onWorker("w-new"))).toEqual([]);
    const shown = await home.almanac(["show", "last-entry:worker:old:s:", "--json=task_name,subject"]);
    expect(JSON.parse(shown.stdout)).toEqual({ task_name: "old", subject: "s" });
  });

  test("names wrong metrics, dates and lookup names", async () => {
    expect((await home.almanac(["history", "x", "--metric", "speed"])).code).toBe(2);
    expect((await home.almanac(["history", "x", "--since", "then"])).code).toBe(2);
    expect((await home.almanac(["show", "last-word:worker:x::"])).code).toBe(2);
    expect((await home.almanac(["show", "last-entry:worker:nothing::"])).code).toBe(5);
  });
});

describe("workers", () => {
  test("are drained, resumed, shown and refused to be removed while they run something", async () => {
    const { workers } = JSON.parse((await home.almanac(["worker", "ls", "--json"])).stdout) as {
      workers: { worker_name: string }[];
    };
    const name = workers[0]!.worker_name; // `up` has one
    expect((await home.almanac(["worker", "drain", name])).stdout).toBe(`${name} takes nothing new\n`);
    expect((await home.almanac(["worker", "show", name, "--json=state"])).stdout).toBe('{"state":"draining"}\n');
    expect((await home.almanac(["worker", "resume", name])).stdout).toBe(`${name} takes work again\n`);
    const id = await submit("--wait", "--", "true").catch(() => "0");
    expect(id).not.toBe("");
  });

  test("a second one joins with a one-time token, works, and ends on a signal", async () => {
    using other = makeHome();
    const made = await home.almanac(["token", "new", "--worker"]);
    const url = (JSON.parse(readFileSync(home.file("server.json"), "utf8")) as { url: string }).url;
    const args = ["worker", "--url", url, "--join", made.stdout.trim(), "--name", "second", "--tag", "special"];
    const worker = spawn(ALMANAC, args, { env: { ...process.env, ALMANAC_HOME: other.path }, stdio: "ignore" });
    const ended = once(worker, "exit");
    const done = await home.almanac(["submit", "--wait", "--tag", "special", "--", "true"]);
    expect(done.code).toBe(0);
    worker.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    const { stdout } = await home.almanac(["worker", "log", "second"]);
    const said = stdout.split("\n").map((line) => line.split("\t"));
    expect(said[0]).toEqual([expect.stringMatching(/^\d{4}-.*Z$/), "info", expect.stringMatching(/^started version=/)]);
    const words = ["started", "measures", "joined", "ends:"];
    expect(said.map((line) => line[2]?.split(" ")[0]).filter((word) => words.includes(word ?? ""))).toEqual(words);
    const last = "ends: takes nothing new, and hands in what it has";
    const one = await home.almanac(["worker", "log", "second", "--tail", "1", "--jsonl"]);
    expect(JSON.parse(one.stdout)).toMatchObject({ level: "info", text: last });
    const some = await home.almanac(["worker", "log", "second", "-n", "2", "--json=text"]);
    expect(JSON.parse(some.stdout)).toEqual([{ text: expect.any(String) }, { text: last }]);
    expect((await home.almanac(["worker", "log", "second", "--tail", "0"])).stdout).toBe("");
  });

  test("that have said nothing, or are not there, are told so", async () => {
    const { stdout: token } = await home.almanac(["token", "new", "--worker"]);
    const { url } = JSON.parse(readFileSync(home.file("server.json"), "utf8")) as { url: string };
    const joining = createClient({ url, token: token.trim() });
    const capacity = { memory: 1, disk_space: 1, cpu_count: 1 };
    const self = { tags: [], tasks: { allow: [], deny: [] }, cpu_model: "", version: "0", measure_method: "proc" };
    const free = { available_memory: null, available_disk_space: null };
    await joining.call("join", { body: { worker_name: "silent", self: { capacity, ...self, ...free } } });
    joining.close();
    const silent = await home.almanac(["worker", "log", "silent"]);
    expect(silent).toMatchObject({ code: 0, stdout: "" });
    expect(silent.stderr).toBe(
      "silent has said nothing yet; here will be when it started and joined, and what went wrong since\n",
    );
    expect(await home.almanac(["worker", "log", "nobody"])).toMatchObject({ code: 5, stdout: "" });
  });
});

describe("events", () => {
  test("are one JSON document a line, from where one asks", async () => {
    const script = `"$0" events --jsonl --after 0 | head -3`;
    const child = spawn("bash", ["-c", script, ALMANAC], {
      env: { ...process.env, ALMANAC_HOME: home.path },
      stdio: ["ignore", "pipe", "ignore"],
    });
    const reader = { isOver: false };
    const reading = text(child.stdout).finally(() => {
      reader.isOver = true;
    });
    // a program notices that nobody reads it any more when it writes again: at the next event
    while (!reader.isOver) await submit("--", "true");
    const lines = (await reading).trim().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { id: number }).id)).toEqual([1, 2, 3]);
  });
});

describe("completion", () => {
  test("knows commands, options, choices, requests and workers", async () => {
    expect(await complete("sub")).toContain("submit");
    expect(await complete("ls", "--st")).toContain("--status");
    expect(await complete("ls", "--status", "")).toContain("running");
    expect(await complete("worker", "")).toContain("drain");
    for (const command of ["show", "log", "drain"])
      expect(await complete("worker", command, "sec")).toContain("second");
    const id = await submit("--", "true");
    expect(await complete("show", id)).toContain(id);
    expect(await complete("submit", "--", "ma")).toEqual([""]);
  });

  test("works in bash", async () => {
    const script = `source <("$0" completion bash); PATH=$(dirname "$0"):$PATH
      COMP_WORDS=(almanac comple); COMP_CWORD=1; _almanac; echo "\${COMPREPLY[@]}"`;
    const child = spawn("bash", ["-c", script, ALMANAC], {
      env: { ...process.env, ALMANAC_HOME: home.path },
      stdio: ["ignore", "pipe", "inherit"],
    });
    expect((await text(child.stdout)).trim().split(" ")).toContain("completion");
  });
});

async function complete(...words: string[]): Promise<string[]> {
  const { stdout } = await home.almanac(["complete", "--", ...words]);
  return stdout.split("\n").map((line) => line.split("\t")[0]!); // split gives at least one part
}
