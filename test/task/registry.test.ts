import { describe, expect, it } from "vitest";
import { createTaskRegistry } from "../../src/task/registry.ts";
import type { RunFacts } from "../../src/task/task-definition.ts";
import type { TaskCall } from "../../src/task/task-source.ts";

const call = (task_name: string, task_data: Record<string, unknown>): TaskCall => ({
  task_type: "worker",
  task_name,
  task_data,
});

/** What is known of a run of the tests. */
const RUN: RunFacts = {
  run_id: "1.1",
  work_request_id: 1,
  task_name: "build",
  subject: "",
  context: "",
  memory: 2 ** 30,
  disk_space: 2 ** 30,
  cpu_count: 2,
  duration: 60,
};

/** The execution of a call that the registry takes. */
async function execution(task_data: Record<string, unknown>) {
  const answer = await createTaskRegistry().execution(call("build", task_data), RUN);
  if (!answer.ok) throw new Error(JSON.stringify(answer.fault));
  return answer.value;
}

async function refusals(task_data: Record<string, unknown>): Promise<unknown[]> {
  const checked = await createTaskRegistry().check(call("build", task_data));
  return checked.ok || checked.fault.kind !== "invalid" ? [] : checked.fault.errors.map(({ message }) => message);
}

describe("an ad-hoc task", () => {
  it("runs a list of arguments as it is", async () => {
    expect(await execution({ command: ["make", "-j2"], env: { A: "b" }, cwd: "src", outputs: ["*.deb"] })).toEqual({
      kind: "command",
      argv: ["make", "-j2"],
      env: { A: "b" },
      files: [],
      cwd: "src",
      outputs: [{ glob: "*.deb", optional: false }],
    });
  });

  it("gives a script to the shell, and one that names its interpreter to the kernel", async () => {
    expect(await execution({ script: "make\nmake check" })).toMatchObject({
      argv: ["/bin/sh", "-ec", "make\nmake check"],
    });
    const script = "#!/usr/bin/env python3\nprint(1)\n";
    expect(await execution({ script })).toMatchObject({
      argv: ["/bin/sh", "-c", 'exec "$ALMANAC_WORK_DIR/.almanac-script"'],
      files: [{ path: ".almanac-script", content: script, encoding: "utf8", mode: 0o755 }],
    });
  });

  it("says its time limit as a requirement, and itself in a line", async () => {
    const task_data = { script: "make\nmake check", timeout: "1h" };
    expect(await createTaskRegistry().dynamicData(call("build", task_data))).toEqual({
      ok: true,
      value: { parameter_summary: "make…", requirements: { duration: 3600 } },
    });
  });

  it.each([
    [
      {},
      'task_name: no worker task is called "build" (known: command, noop), and task_data has neither `command` nor `script`.',
    ],
    [{ command: [] }, "task_data.command: found a list of 0, expected at least the program."],
    [
      { command: ["a\0b"] },
      String.raw`task_data.command[0]: found "a\u0000b", expected an argument as text without NUL characters.`,
    ],
    [{ command: ["a"], script: "b" }, "task_data: found an object, expected exactly one of `command` and `script`."],
    [
      { command: ["a"], files: { "../b": "x" } },
      'task_data.files.../b: found "../b", expected a path inside the work directory: relative, without "..".',
    ],
    [
      { command: ["a"], cwd: "/etc" },
      'task_data.cwd: found "/etc", expected a directory inside the work directory: relative, without "..".',
    ],
    [{ command: ["a"], env: { "A B": "x" } }, 'task_data.env.A B: found "A B", expected a variable\'s name.'],
    [
      { command: ["a"], timeout: -1 },
      'task_data.timeout: found -1, expected seconds as a positive number, or text like "90s", "1h30m", at most 10 years.',
    ],
  ])("is refused for %j, naming the place", async (task_data, message) => {
    expect(await refusals(task_data)).toEqual([message]);
  });
});
