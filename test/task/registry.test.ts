import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineTask, type DynamicData } from "../../src/task/define-task.ts";
import { createTaskRegistry, dynamicDataOf, executionOf, type TaskCall } from "../../src/task/registry.ts";

const call = (task_name: string, task_data: Record<string, unknown>): TaskCall => ({
  task_type: "worker",
  task_name,
  task_data,
});

/** The execution of a call that resolves. */
function execution(task_data: Record<string, unknown>) {
  const resolved = createTaskRegistry().resolve(call("build", task_data));
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.errors));
  return executionOf(resolved);
}

function refusals(task_data: Record<string, unknown>): unknown[] {
  const resolved = createTaskRegistry().resolve(call("build", task_data));
  return resolved.ok ? [] : resolved.errors.map(({ message }) => message);
}

describe("an ad-hoc task", () => {
  it("runs a list of arguments as it is", () => {
    expect(execution({ command: ["make", "-j2"], env: { A: "b" }, cwd: "src", outputs: ["*.deb"] })).toEqual({
      kind: "command",
      argv: ["make", "-j2"],
      env: { A: "b" },
      files: [],
      cwd: "src",
      outputs: ["*.deb"],
    });
  });

  it("gives a script to the shell, and one that names its interpreter to the kernel", () => {
    expect(execution({ script: "make\nmake check" })).toMatchObject({ argv: ["/bin/sh", "-ec", "make\nmake check"] });
    const script = "#!/usr/bin/env python3\nprint(1)\n";
    expect(execution({ script })).toMatchObject({
      argv: ["/bin/sh", "-c", 'exec "$ALMANAC_WORK_DIR/.almanac-script"'],
      files: [{ path: ".almanac-script", content: script, encoding: "utf8", mode: 0o755 }],
    });
  });

  it("says its time limit as a requirement, and itself in a line", async () => {
    const resolved = createTaskRegistry().resolve(call("build", { script: "make\nmake check", timeout: "1h" }));
    expect(resolved.ok && (await dynamicDataOf(resolved))).toEqual({
      parameter_summary: "make…",
      requirements: { duration: 3600 },
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
  ])("is refused for %j, naming the place", (task_data, message) => {
    expect(refusals(task_data)).toEqual([message]);
  });
});

/** A task of one number that says so of its requests. */
const withData = (dynamic: DynamicData) =>
  defineTask({
    task_type: "worker",
    task_name: "own",
    data: z.strictObject({ n: z.int() }),
    dynamicData: () => dynamic,
  });

describe("a configured task", () => {
  it("checks its own data, and is not taken for an ad-hoc one", () => {
    const registry = createTaskRegistry([withData({})]);
    const resolved = registry.resolve(call("own", { command: ["true"] }), ["work_requests", 3]);
    expect(resolved.ok ? [] : resolved.errors.map(({ code, path }) => [code, path])).toEqual([
      ["invalid-task-data", "work_requests[3].task_data.n"],
      ["unknown-field", "work_requests[3].task_data.command"],
    ]);
  });

  it("may name its subject, but only what a history key can be", async () => {
    const resolved = createTaskRegistry([withData({ subject: "x".repeat(501) })]).resolve(call("own", { n: 1 }));
    await expect(resolved.ok && dynamicDataOf(resolved)).rejects.toThrow(
      `its subject is "${"x".repeat(60)}"… (501 characters), expected at most 500 characters`,
    );
  });
});
