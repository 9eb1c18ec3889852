import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ALMANAC } from "./almanac.ts";
import { useServer } from "./use-server.ts";

const { home, submit } = useServer();

describe("submit", () => {
  test("takes a file with names and dependencies, all or nothing", async () => {
    const file = home.file("work.yaml");
    writeFileSync(
      file,
      "- name: first\n  task_name: f\n  task_data: { script: 'echo one' }\n" +
        "- task_name: s\n  depends_on: [first]\n  task_data: { script: 'echo two' }\n",
    );
    const { code, stdout } = await home.almanac(["submit", "--wait", file]);
    expect(code).toBe(0);
    const [first, second] = stdout.trim().split("\n");
    const shown = await home.almanac(["show", second!, "--json=dependencies"]); // two lines: two requests
    expect(JSON.parse(shown.stdout)).toEqual({ dependencies: [Number(first)] });

    writeFileSync(file, "- task_name: a\n  task_data: { script: 'x' }\n- task_name: b\n  depends_on: [nobody]\n");
    const before = (await home.almanac(["ls", "--json=id"])).stdout;
    const refused = await home.almanac(["submit", file]);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toContain(`${file}:4:`);
    expect(refused.stderr).toContain("nobody");
    expect((await home.almanac(["ls", "--json=id"])).stdout).toBe(before);
  });

  test("is not needed to know who could take it: fit tells, and submits nothing", async () => {
    const file = home.file("fit.yaml");
    writeFileSync(file, "- task_name: f\n  task_data: { script: 'true' }\n  requirements: { tags: [moon] }\n");
    const before = (await home.almanac(["ls", "--json=id"])).stdout;
    const { code, stdout } = await home.almanac(["fit", file]);
    expect(code).toBe(0);
    expect(stdout).toContain("f would wait: no worker has the tag moon.\n");
    expect(stdout).toContain("lacks tag");
    expect((await home.almanac(["ls", "--json=id"])).stdout).toBe(before);
  });

  test("with the same --key gives the request made the first time", async () => {
    const first = await submit("--key", "same-key-1", "--", "true");
    expect(await submit("--key", "same-key-1", "--", "true")).toBe(first);
  });

  test("--follow prints the log and nothing else on standard output", async () => {
    const { code, stdout } = await home.almanac([
      "submit",
      "--follow",
      "--fail-on",
      "any",
      "--",
      "sh",
      "-c",
      "echo one; sleep 0.1; echo two >&2; exit 3",
    ]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "one\ntwo\n" });
  });

  test("carries files there and keeps outputs", async () => {
    writeFileSync(home.file("input.txt"), "from a file\n");
    const id = await submit(
      "--file",
      `in=${home.file("input.txt")}`,
      "--output",
      "out*",
      "--script",
      "cat in | tee out.txt",
    );
    await home.almanac(["wait", id]);
    expect((await home.almanac(["log", id])).stdout).toBe("from a file\n");
    const { runs } = JSON.parse((await home.almanac(["show", id, "--json"])).stdout) as {
      runs: { outputs: object[] }[];
    };
    expect(runs[0]!.outputs).toMatchObject([{ path: "out.txt", size: 12 }]); // it has ended: it has a run
  });

  test("--dry-run shows what history predicts, and submits nothing", async () => {
    await home.almanac(["submit", "--wait", "--task", "known", "--", "true"]);
    const before = (await home.almanac(["ls", "--json=id"])).stdout;
    const dry = await home.almanac(["submit", "--dry-run", "--task", "known", "--cpus", "2", "--", "true"]);
    expect(dry.stdout).toMatch(/^known {2}memory \S+ \(1 run\) {2}disk \S+ \(1 run\) {2}cpus 2 \(asked for\) {2}time/);
    expect(dry.stderr).toBe("dry run: nothing was submitted\n");
    expect((await home.almanac(["ls", "--json=id"])).stdout).toBe(before);
  });
});

describe("changes", () => {
  test("retry makes a request again and prints the new number", async () => {
    const id = await submit("--", "false");
    await home.almanac(["wait", id]);
    const { code, stdout, stderr } = await home.almanac(["retry", id]);
    expect(code).toBe(0);
    const again = stdout.trim();
    expect(stderr).toBe(`#${id} is made again as #${again}\n`);
    expect((await home.almanac(["show", again, "--json=supersedes"])).stdout).toBe(`{"supersedes":${id}}\n`);
    const twice = await home.almanac(["retry", id]);
    expect(twice).toMatchObject({ code: 2, stdout: "" });
    expect(twice.stderr).toContain(`already made again, as #${again}`);
    expect(twice.stderr).toMatch(/\n {2}request \S+\n$/);
  });

  test("one request that cannot be changed does not keep the others from it", async () => {
    const [ended, open] = [await submit("--", "true"), await submit("--manual", "--", "true")];
    await home.almanac(["wait", ended]);
    const { code, stdout, stderr } = await home.almanac(["abort", ended, open]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: `#${open} aborted\n` });
    expect(stderr).toContain(`#${ended} has already ended`);
  });

  test("unblock releases what waits for a person, whose reason why tells", async () => {
    const id = await submit("--manual", "--", "true");
    expect((await home.almanac(["why", id])).stdout).toContain("waits for a person");
    expect((await home.almanac(["unblock", id])).stdout).toBe(`#${id} released\n`);
    expect((await home.almanac(["wait", id])).code).toBe(0);
  });
});

describe("ls", () => {
  test("lists what ended, the last first, and by verdict", async () => {
    const later = await submit("--task", "order", "--manual", "--", "true");
    const first = await submit("--task", "order", "--", "false");
    await home.almanac(["wait", first]);
    await home.almanac(["unblock", later]);
    await home.almanac(["wait", later]);
    const listed = async (...options: string[]) =>
      (await home.almanac(["ls", "--task", "order", ...options])).stdout.split("\n").map((line) => line.split("\t")[0]);
    expect(await listed()).toEqual([first, later, ""]);
    expect(await listed("--order", "ended")).toEqual([later, first, ""]);
    expect(await listed("--since", "1h", "--verdict", "first_run")).toEqual([first, ""]);
    expect(await listed("--until", "2020-01-01")).toEqual([""]);
    const { code, stderr } = await home.almanac(["ls", "--until", "soon"]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('--until: "soon" is neither a time ago nor a date.') as string,
    });
  });
});

describe("log", () => {
  test("gives the bytes that the command wrote, whatever they are", async () => {
    const id = await submit("--script", String.raw`printf '\377\001\033[31mred\n'; printf 'no end'`);
    await home.almanac(["wait", id]);
    const child = spawn(ALMANAC, ["log", id], { env: { ...process.env, ALMANAC_HOME: home.path } });
    const chunks = (await child.stdout.toArray()) as Buffer[]; // no encoding is set
    expect(Buffer.concat(chunks)).toEqual(Buffer.from("\u00ff\u0001\u001b[31mred\nno end", "latin1"));
  });

  test("shows times, one stream, the last lines, or documents", async () => {
    const id = await submit("--script", "echo one; sleep 0.1; echo two >&2; sleep 0.1; echo three");
    await home.almanac(["wait", id]);
    expect((await home.almanac(["log", "-t", id])).stdout).toMatch(/^(0:00:0\d\.\d {2}\w+\n){3}$/);
    expect((await home.almanac(["log", "-T", "--utc", id])).stdout).toMatch(/^(\d{4}-\d\d-\d\dT\S+Z {2}\w+\n){3}$/);
    expect((await home.almanac(["log", "--stream", "stderr", id])).stdout).toBe("two\n");
    expect((await home.almanac(["log", "-n", "1", id])).stdout).toBe("three\n");
    const lines = (await home.almanac(["log", "--jsonl", id])).stdout.trim().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { text: string }).text)).toEqual(["one", "two", "three"]);
    const whole = JSON.parse((await home.almanac(["log", "--json", id])).stdout) as { records: object[] };
    expect(whole).toMatchObject({ run_id: `${id}.1`, records: [{ text: "one" }, { text: "two" }, { text: "three" }] });
  });

  test("--follow waits for the start, and ends with the request", async () => {
    const id = await submit("--manual", "--script", "echo now");
    const following = home.almanac(["log", "-f", id]);
    await home.almanac(["unblock", id]);
    expect(await following).toMatchObject({ code: 0, stdout: "now\n" });
  });

  test("of a request that has not run is not found, and says what to do", async () => {
    const id = await submit("--manual", "--", "true");
    const { code, stderr } = await home.almanac(["log", id]);
    expect(code).toBe(5);
    expect(stderr).toContain(`#${id} has no log: it has not run (it is blocked).\n  See why: almanac why ${id}`);
    await home.almanac(["abort", id]);
  });
});

describe("what is not there", () => {
  test("is not found, with the server's request id", async () => {
    for (const args of [
      ["show", "99999"],
      ["why", "99999"],
      ["log", "99999"],
      ["show", "99999.1"],
      ["worker", "show", "nobody"],
    ]) {
      const { code, stdout, stderr } = await home.almanac(args);
      expect({ code, stdout }).toEqual({ code: 5, stdout: "" });
      expect(stderr).toMatch(/\n {2}request \S+\n$/);
    }
  });
});
