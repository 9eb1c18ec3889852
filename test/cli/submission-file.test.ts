import { writeFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { makeHome } from "./almanac.ts";

const home = makeHome();
afterAll(() => home[Symbol.dispose]());

/** `--dry-run` needs no server: it shows how a file is read. */
async function dryRun(name: string, content: string | Buffer) {
  const file = home.file(name);
  writeFileSync(file, content);
  const done = await home.almanac(["submit", "--dry-run", "--json", file]);
  const stderr = done.stderr.replaceAll(file, name);
  return { ...done, stderr, names: namesIn(done.stdout) };
}

function namesIn(stdout: string): string[] {
  if (stdout === "") return [];
  const { work_requests } = JSON.parse(stdout) as { work_requests: { task_name: string }[] };
  return work_requests.map((request) => request.task_name);
}

test("one request, a list and a submission are read from YAML and JSON alike", async () => {
  expect((await dryRun("one.yaml", "task_name: a\n")).names).toEqual(["a"]);
  expect((await dryRun("list.yaml", "- task_name: a\n- task_name: b\n")).names).toEqual(["a", "b"]);
  expect((await dryRun("many.yaml", "work_requests:\n- task_name: a\n")).names).toEqual(["a"]);
  expect((await dryRun("documents.yaml", "task_name: a\n---\ntask_name: b\n")).names).toEqual(["a", "b"]);
  expect((await dryRun("one.json", '{"task_name": "a"}')).names).toEqual(["a"]);
  expect((await dryRun("list.json", '[{"task_name": "a"}, {"task_name": "b"}]')).names).toEqual(["a", "b"]);
  expect((await dryRun("lines.jsonl", '{"task_name": "a"}\n\n{"task_name": "b"}\n')).names).toEqual(["a", "b"]);
});

test("a file without a telling name, and standard input, are read by what they look like", async () => {
  expect((await dryRun("work", '{\n"task_name": "a"\n}\n')).names).toEqual(["a"]);
  expect((await dryRun("works", '{"task_name": "a"}\n{"task_name": "b"}\n')).names).toEqual(["a", "b"]);
  const piped = await home.almanac(["submit", "--dry-run", "--json", "-"], { input: "task_name: a\n" });
  expect(namesIn(piped.stdout)).toEqual(["a"]);
});

test("a mistake in the form names file, line and place", async () => {
  const json = await dryRun("broken.json", '{"task_name": "x",\n  "task_data": {,}\n}\n');
  expect(json).toMatchObject({ code: 2, stdout: "" });
  expect(json.stderr).toMatch(/^almanac: broken\.json:2:17: this is not JSON: /);
  const cut = await dryRun("cut.json", '{"task_name": "x",\n');
  expect(cut.stderr).toMatch(/^almanac: cut\.json:2:1: this is not JSON: /);
  const lines = await dryRun("broken.jsonl", '{"task_name": "x"}\n{"task_name": }\n');
  expect(lines.stderr).toMatch(/^almanac: broken\.jsonl:2:15: this is not JSON: /);
  const yaml = await dryRun("broken.yaml", "task_name: a\ntask_name: b\n");
  expect(yaml.stderr).toMatch(/^almanac: broken\.yaml:2:1: this is not YAML: /);
});

test("a call to try a hook with is JSON, and what is not says that nothing was sent", async () => {
  const done = await home.almanac(["hook", "try", "on-push", "-"], { input: '{"ref": }' });
  expect(done.code).toBe(2);
  expect(done.stderr).toMatch(
    /^almanac: standard input:1:9: this is not JSON: .*\n {2}Nothing was sent; mend the file and try again\.\n$/,
  );
});

test("each mistake in the content names the place in the file", async () => {
  const bad = "- task_name: a\n  requirements:\n    memory: -3\n- task_nam: b\n";
  const { code, stdout, stderr } = await dryRun("bad.yaml", bad);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr.split("\n")).toEqual([
    "almanac: The submission in bad.yaml was refused:",
    expect.stringMatching(/^ {2}bad\.yaml:3:13: work_requests\[0\]\.requirements\.memory: found -3, expected bytes/),
    expect.stringMatching(/^ {2}bad\.yaml:4:3: work_requests\[1\]\.task_name: found nothing/),
    expect.stringMatching(/^ {2}bad\.yaml:4:13: work_requests\[1\]\.task_nam is not known here/),
    "  Nothing was submitted; mend the file and submit it again.",
    "",
  ]);
  const inJson = await dryRun("bad.json", '{\n  "task_name": "a",\n  "priority": "high"\n}\n');
  expect(inJson.stderr).toContain("bad.json:3:15: work_requests[0].priority: ");
  const inLines = await dryRun("bad.jsonl", '{"task_name": "a"}\n{"task_name": 5}\n');
  expect(inLines.stderr).toContain("bad.jsonl:2:1: work_requests[1].task_name: ");
});

test("what is no file of requests says what it is", async () => {
  expect((await dryRun("empty.yaml", "\n")).stderr).toContain("empty.yaml is empty: there is nothing to submit.");
  expect((await dryRun("text.yaml", "just text\n")).stderr).toContain(
    "text.yaml holds no work request: it is a string.",
  );
  expect((await dryRun("junk.yaml", Buffer.from([0xff, 0xfe, 0x00]))).stderr).toContain(
    "junk.yaml is not text in UTF-8.",
  );
  const missing = await home.almanac(["submit", home.file("nowhere.yaml")]);
  expect(missing).toMatchObject({ code: 2, stdout: "" });
  expect(missing.stderr).toContain("nowhere.yaml cannot be read: ENOENT");
});

test("a bomb of aliases is refused instead of filling the memory", async () => {
  const levels = Array.from({ length: 9 }, (_, n) => `x${n + 1}: &x${n + 1} [${`*x${n},`.repeat(9)}]`);
  const { code, stderr } = await dryRun("bomb.yaml", `x0: &x0 [a]\n${levels.join("\n")}\n`);
  expect(code).toBe(2);
  expect(stderr).toContain("Excessive alias count");
});

test("options describe one request, with its files and its environment", async () => {
  writeFileSync(home.file("input.bin"), Buffer.from([0, 1, 2]));
  const { stdout } = await home.almanac([
    "submit",
    "--dry-run",
    "--json=task_name,subject,task_data,requirements,depends_on,unblock_strategy",
    "--subject=hello",
    "--memory=2G",
    "--time=1h30m",
    "--tag=kvm",
    "--env=A=b=c",
    `--file=data=${home.file("input.bin")}`,
    "--output=*.log",
    "--after=#3,4",
    "--manual",
    "--",
    "/usr/bin/make",
    "-j4",
  ]);
  expect(JSON.parse(stdout)).toEqual([
    {
      task_name: "make",
      subject: "hello",
      task_data: {
        command: ["/usr/bin/make", "-j4"],
        env: { A: "b=c" },
        files: { data: { content: "AAEC", encoding: "base64" } },
        outputs: ["*.log"],
      },
      requirements: { memory: 2 ** 31, duration: 5400, tags: ["kvm"] },
      depends_on: [3, 4],
      unblock_strategy: "manual",
    },
  ]);
});

test("nothing to submit, two things to submit and words that are neither are wrong usage", async () => {
  const nothing = await home.almanac(["submit"]);
  expect(nothing).toMatchObject({ code: 2, stdout: "" });
  expect(nothing.stderr).toContain("there is nothing to submit");
  const both = await home.almanac(["submit", "--script", "true", "--", "true"]);
  expect(both.stderr).toContain("give a command after -- or a --script, not both.");
  const words = await home.almanac(["submit", "make", "-j4"]);
  expect(words.code).toBe(2);
  const mixed = await home.almanac(["submit", "work.yaml", "--", "make"]);
  expect(mixed.stderr).toContain('"work.yaml make" is neither one file nor a command after --.');
});

test.each([
  ['{"task_name": }', "1:15: this is not JSON: Unexpected token '}'."],
  ['{"task_name": "a",}', "1:19: this is not JSON: Expected double-quoted property name."],
  ['{"task_name": tru', "1:18: this is not JSON: Unexpected end of JSON input."],
  ['{"task_name": "a\nb"}', "1:17: this is not JSON: Bad control character in string literal."],
  ['{"task_name": "a"}}', "1:19: this is not JSON: Unexpected non-whitespace character after JSON."],
  ['{"task_name": "\\q"}', "1:17: this is not JSON: Bad escaped character."],
])("the place of the mistake in %s is found", async (content, expected) => {
  expect((await dryRun("x.json", content)).stderr).toContain(`almanac: x.json:${expected}\n`);
});
